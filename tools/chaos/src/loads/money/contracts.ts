import { type Command, defineCommand, defineEvent, type Event } from '@waybill/core';

/** Puts money into an account. Fails as often as it says, after it has written, and takes as long as it says. */
export interface Credit {
  readonly to: string;
  readonly amount: number;
  readonly failures: number;
  readonly ms: number;
}
export const Credit: Command<Credit> = defineCommand('accounts.credit');

/** The money has arrived. */
export interface Transferred {
  readonly transfer: string;
  readonly amount: number;
}
export const Transferred: Event<Transferred> = defineEvent('accounts.transferred');

/** The endpoints of every consumer, and how many of their handlers run at once. */
export const CONCURRENCY = Object.freeze({ accounts: 8, ledger: 8 });

/** More failures than attempts: it ends as a dead letter. */
export const ALWAYS = 99;

const SUFFIX = '-transferred';

/** The id of what is published when the money of a transfer has arrived. A transfer's own id is that of its command. */
export const transferredIdOf = (transfer: string): string => `${transfer}${SUFFIX}`;

/** The transfer that a message belongs to. */
export const transferOf = (id: string): string => (id.endsWith(SUFFIX) ? id.slice(0, -SUFFIX.length) : id);
