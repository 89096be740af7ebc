/**
 * A value now, or a promise of it.
 *
 * The hot paths of a bus run thousands of messages a second through steps that rarely wait. A function that returns
 * `MaybePromise` may answer at once, and its caller awaits only what is thenable.
 */
export type MaybePromise<T> = T | Promise<T>;

/** True when a `MaybePromise` must be awaited. */
export function isPromise<T>(value: MaybePromise<T> | PromiseLike<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
