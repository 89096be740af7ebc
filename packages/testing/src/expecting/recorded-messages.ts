import type { AnyCommand, AnyEvent, AnyRequest, Contract } from '@waybill/core';
import type { PayloadOf, RecordedMessage, RecordKind } from '../recording/recorded-message.ts';
import { typedAs } from '../recording/payload-of.ts';
import type { MessagePattern } from './message-pattern.ts';
import { describeWanted, line, matches, nearMisses } from './near-misses.ts';
import { failingAtCaller, TestFailure } from './test-failure.ts';

/** Which messages of a contract: those for which the predicate is true, or that have these fields. */
export type Where<Message> = ((message: Message, recorded: RecordedMessage<Message>) => boolean) | MessagePattern<Message>;

/** The contracts that can be asked for in the recordings of one kind. */
export type ContractOf<Kind extends RecordKind> = Kind extends 'sent'
  ? AnyCommand | AnyRequest
  : Kind extends 'published'
    ? AnyEvent
    : Kind extends 'replied'
      ? AnyRequest
      : Contract;

/**
 * What a harness recorded of one kind. All wait until nothing can happen any more without time passing, never longer, and
 * not for time that would have to pass: that is for `advance`.
 */
export interface RecordedMessages<Kind extends RecordKind> {
  /**
   * The first such message, as soon as it is there.
   * @throws TestFailure when it is not and nothing moves any more: what was seen instead, and what came near
   */
  <C extends ContractOf<Kind>>(contract: C, where?: Where<PayloadOf<Kind, C>>): Promise<RecordedMessage<PayloadOf<Kind, C>>>;
  /** Resolves when there was no such message; without a contract, none at all. @throws TestFailure with what there was */
  none<C extends ContractOf<Kind>>(contract?: C, where?: Where<PayloadOf<Kind, C>>): Promise<void>;
  /** How many there were. */
  count<C extends ContractOf<Kind>>(contract?: C, where?: Where<PayloadOf<Kind, C>>): Promise<number>;
  /** All of them, in the order of their happening. */
  list<C extends ContractOf<Kind>>(
    contract?: C,
    where?: Where<PayloadOf<Kind, C>>,
  ): Promise<readonly RecordedMessage<PayloadOf<Kind, C>>[]>;
}

/** What the queries of a harness work with. */
export interface RecordingsView {
  /** All that was recorded so far, of all kinds. */
  readonly all: () => readonly RecordedMessage[];
  /** Resolves when nothing can happen without time passing, or as soon as `until` is true. */
  readonly quiet: (until?: () => boolean) => Promise<void>;
  /** Asks the broker for what it did by itself. */
  readonly refresh: () => Promise<void>;
  /** Said at the end of each failure, such as when something is due, or the seed of the faults. */
  readonly hints: () => readonly string[];
}

/** The queries for one kind. */
export function recordedMessages<Kind extends RecordKind>(kind: Kind, view: RecordingsView): RecordedMessages<Kind> {
  const ofKind = (contract: Contract | undefined, where: unknown): readonly RecordedMessage[] =>
    view
      .all()
      .filter((one) => one.kind === kind && matches(one, contract, where))
      .map((one) => typedAs(one, contract));
  const settled = async (contract: Contract | undefined, where: unknown): Promise<readonly RecordedMessage[]> => {
    await view.quiet();
    await view.refresh();
    return ofKind(contract, where);
  };
  const find = (contract: Contract, where?: unknown): Promise<RecordedMessage> => failingAtCaller(() => findNow(contract, where));
  const findNow = async (contract: Contract, where: unknown): Promise<RecordedMessage> => {
    const [early] = ofKind(contract, where);
    if (early !== undefined) return early;
    await waitFor(() => ofKind(contract, where).length > 0);
    await view.refresh();
    const [found] = ofKind(contract, where);
    if (found !== undefined) return found;
    throw new TestFailure(nearMisses({ kind, contract, where }, view.all(), view.hints()));
  };
  const waitFor = async (there: () => boolean): Promise<void> => {
    try {
      await view.quiet(there);
    } catch (error) {
      throw error instanceof TestFailure ? new TestFailure(`${error.message}\n${view.hints().join('\n')}`.trim(), { cause: error }) : error;
    }
  };
  const none = (contract?: Contract, where?: unknown): Promise<void> => failingAtCaller(() => noneNow(contract, where));
  const noneNow = async (contract: Contract | undefined, where: unknown): Promise<void> => {
    const found = await settled(contract, where);
    if (found.length === 0) return;
    const wanted = describeWanted({ kind, contract, where });
    throw new TestFailure(
      [
        `No ${wanted} was expected, and there ${found.length === 1 ? 'is one' : `are ${found.length}`}:`,
        ...found.map(line),
        ...view.hints(),
      ].join('\n'),
    );
  };
  const list = (contract?: Contract, where?: unknown): Promise<readonly RecordedMessage[]> =>
    failingAtCaller(() => settled(contract, where));
  const queries = Object.assign(find, {
    none,
    count: (contract?: Contract, where?: unknown) => failingAtCaller(async () => (await settled(contract, where)).length),
    list,
  });
  return queries as unknown as RecordedMessages<Kind>;
}
