/** How a send ended for its caller. */
export type SendEnd = 'accepted' | 'unknown' | 'rejected';

/** What is to become of a message in the end. */
export type Fate = 'handled' | 'dead';

/** The tables in which a transfer of money stands when it has taken effect. */
export type MoneyTable = 'debit' | 'credit' | 'ledger';

/** What a process saw or did. `id` is the message, `at` the endpoint. */
export type Fact =
  /** Before the send. `to`: all the endpoints that must have it in the end. `key` and `n`: the lane, and the place in it. */
  | {
      readonly kind: 'send';
      readonly id: string;
      readonly to: readonly string[];
      readonly fate: Fate;
      readonly key?: string;
      readonly n?: number;
    }
  | { readonly kind: 'sent'; readonly id: string; readonly as: SendEnd; readonly code?: string }
  /** A handler begins, has done its work, or throws as it was told to. */
  | { readonly kind: 'begun'; readonly id: string; readonly at: string }
  | { readonly kind: 'handled'; readonly id: string; readonly at: string }
  | { readonly kind: 'failed'; readonly id: string; readonly at: string }
  /** Found in the dead letters of an endpoint, when all was over. */
  | { readonly kind: 'dead'; readonly id: string; readonly at: string; readonly reason: string }
  | { readonly kind: 'connection'; readonly status: string; readonly reason?: string; readonly problem?: string }
  /** What the bus logs, save what it says of single messages: for whoever asks why a promise was broken. */
  | { readonly kind: 'log'; readonly level: string; readonly event: string; readonly text: string }
  | { readonly kind: 'memory'; readonly mb: number }
  /** What must not happen in any process: an unhandled rejection, a warning of Node, an error that is none of the bus. */
  | { readonly kind: 'trouble'; readonly what: string }
  | { readonly kind: 'up' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped'; readonly ms: number }
  /** By whoever starts the processes. `who`: the process. `how`: `killed` and `asked` by us, `itself` by nobody. */
  | {
      readonly kind: 'ended';
      readonly who: string;
      readonly how: 'killed' | 'asked' | 'itself';
      readonly code: number | null;
      readonly signal: string | null;
    }
  /** `on`: the slots that it struck; none where it struck all. It ended at `until`. */
  | {
      readonly kind: 'fault';
      readonly fault: string;
      readonly on: readonly string[];
      readonly hit: boolean;
      readonly from: number;
      readonly until: number;
    }
  /** The broker or the database can be reached again. */
  | { readonly kind: 'back'; readonly of: 'broker' | 'database' }
  /** The longest that the run held its event loop since it said so before, and with it the proxies, which live there. */
  | { readonly kind: 'held'; readonly ms: number }
  /** What stands in a queue, or in the outbox, when all was over. */
  | { readonly kind: 'left'; readonly queue: string; readonly messages: number }
  /** The broker has taken it out of the outbox, from this process. */
  | { readonly kind: 'relayed'; readonly id: string }
  /** It came though its work was done, and no handler began. */
  | { readonly kind: 'repeated'; readonly id: string; readonly at: string }
  /** When all was over: how often a transfer stands in a table; of a debit also the account, and which of its moves it is. */
  | {
      readonly kind: 'entry';
      readonly id: string;
      readonly table: MoneyTable;
      readonly count: number;
      readonly account?: string;
      readonly move?: number;
    }
  /** When all was over: an account, and what the tables say was put into it and taken out of it. */
  | {
      readonly kind: 'balance';
      readonly account: string;
      readonly opened: number;
      readonly debited: number;
      readonly credited: number;
      readonly balance: number;
    }
  /** When all was over: how many pieces of work the inbox remembers. */
  | { readonly kind: 'claims'; readonly count: number };

/**
 * A fact with its time and the process that tells of it, such as `consumer-2.7`, the seventh of the slot `consumer-2`. The time is in
 * milliseconds, of the clock that all processes of a machine share and nobody sets.
 */
export type Line = { readonly t: number; readonly by: string } & Fact;

/** The time now, as in {@link Line}. */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** `consumer-2` of `consumer-2.7`. */
export function slotOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
