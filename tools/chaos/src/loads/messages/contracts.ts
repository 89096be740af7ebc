import { defineCommand, defineEvent } from '@waybill/core';

/** Fails as often as it says, takes as long as it says, and then says that it is done. */
export const Work = defineCommand<{ readonly failures: number; readonly ms: number }>('chaos.work');
export const Done = defineEvent<{ readonly of: string }>('chaos.done');
/** Two endpoints are to have each. */
export const Happened = defineEvent<{ readonly ms: number }>('chaos.happened');
/** Of one account they are done in order. */
export const Move = defineCommand<{ readonly account: string; readonly n: number }>('chaos.move');

/** The endpoints of every consumer, and how many of their handlers run at once. */
export const CONCURRENCY = Object.freeze({ work: 8, mail: 8, stock: 8, ledger: 8 });

/** More failures than attempts: it ends as a dead letter. */
export const ALWAYS = 99;

/** The id of what a handler of `work` publishes when it has done `id`. */
export const doneIdOf = (id: string): string => `${id}-done`;
