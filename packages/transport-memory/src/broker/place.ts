import type { DeadLetter } from '@waybill/core/transport';
import type { Clock } from './clock.ts';
import type { StoredMessage } from './stored-message.ts';

/** Whoever takes messages out of a place; lanes and partitions know their owner by it. */
export interface Taker {
  /** Told when something may be taken. */
  wake(): void;
}

/** The dead letters of one endpoint, or of all instances of a temporary one. */
export interface Letters {
  readonly deadLetters: Map<string, DeadLetter>;
  /** Dead letters that somebody holds at this moment. */
  readonly heldLetters: Set<string>;
}

/** One endpoint at the broker: where its messages wait, in the way of a queue or of a log. */
export interface Place extends Letters {
  readonly name: string;
  readonly ordered: boolean;
  /** How many wait to be taken. */
  readonly waiting: number;
  /** How many are not due yet. */
  readonly delayed: number;
  /** Something is taken, or may be: an active taker is told of what comes. */
  readonly hasTakers: boolean;

  /** Begins and ends to be told of what comes. */
  join(taker: Taker): void;
  leave(taker: Taker): void;

  /** Puts a new message behind all others, or among the delayed. */
  add(stored: StoredMessage): void;
  /** The next message for this taker; it is out until one of the four below is called. */
  take(taker: Taker, clock: Clock): StoredMessage | undefined;
  /** It is done, or has gone elsewhere. */
  remove(stored: StoredMessage): void;
  /** It was not tried: it is available again, at its old place. */
  giveBack(stored: StoredMessage): void;
  /** It stays where it is and is available again at its `notBefore`. */
  postpone(stored: StoredMessage): void;
  /** The taker has lost what it holds: all of it is available again. */
  giveBackAll(held: readonly StoredMessage[]): void;

  /** Takes a delayed message back. */
  cancel(nativeId: string): boolean;
  /** When the next delayed message is due; epoch milliseconds. */
  nextDue(): number | undefined;
  /** Changes the order of what waits outside of lanes; returns how many. */
  shuffle(random: () => number): number;
  /** Everything is gone, as after a restart without a disk. Called when nothing is out. */
  forget(): void;
}
