/** Something that belongs to a piece of work, and is found again in all that it starts: after `await`, in timers, in events. */
export interface Ambient<T> {
  /** Runs `work` with `value` in reach. */
  run<R>(value: T, work: () => R): R;
  /** The value of the work that runs; `undefined` outside of any. */
  current(): T | undefined;
}

interface Storage<T> {
  run<R>(value: T, work: () => R): R;
  getStore(): T | undefined;
}

interface AsyncHooks {
  readonly AsyncLocalStorage: new <T>() => Storage<T>;
}

interface Host {
  readonly process?: { readonly getBuiltinModule?: (name: string) => Partial<AsyncHooks> | undefined };
}

/** An {@link Ambient} of the platform; `undefined` where it has none, as in browsers. */
export function ambientOf<T>(): Ambient<T> | undefined {
  const Storage = (globalThis as Host).process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage;
  if (Storage === undefined) return undefined;
  const storage = new Storage<T>();
  return { run: (value, work) => storage.run(value, work), current: () => storage.getStore() };
}
