import type { BusError, Command, Event, HandlerLike, MediatorOptions, StandardSchema } from '@waybill/core';
import { createMediator, defineCommand, defineEvent, defineQuery, isBusError, typed } from '@waybill/core';
import { manualRuntime } from './manual-runtime.ts';

export interface Work {
  readonly n: number;
}
export const Work: Command<Work> = defineCommand('jobs.work');
export const Other: Command<Work> = defineCommand('jobs.other');
export const Done: Event<Work> = defineEvent('jobs.done');
export const GetJob = defineQuery<Work, { readonly title: string }>('jobs.get-job');
export const Reserve = defineCommand<Work, { readonly until: string }>('jobs.reserve', { reply: true });
export const Find = defineQuery('jobs.find', {
  schema: typed<Work>(),
  replies: { found: typed<{ readonly title: string }>(), missing: typed<{ readonly reason: string }>() },
});

export const mediatorOf = (handlers: readonly HandlerLike[], options: Omit<MediatorOptions, 'handlers'> = {}) =>
  createMediator({ handlers, runtime: manualRuntime(), ...options });

export async function errorOf(work: Promise<unknown>): Promise<BusError> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (isBusError(error)) return error;
  throw error;
}

/** A schema that turns `{ n: '1' }` into `{ n: 1 }`. */
export function numeric(validate: (value: unknown) => unknown = (value) => value): StandardSchema<{ readonly n: string }, Work> {
  const check = (value: unknown): { value: Work } | { issues: { message: string; path: string[] }[] } => {
    const n = Number((value as { n?: unknown })?.n);
    return Number.isNaN(n) ? { issues: [{ message: 'no number', path: ['n'] }] } : { value: { n } };
  };
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => validate(check(value)) as never } };
}
