import { assertKind } from '../messages/assert-contract-kind.ts';
import type { Contract } from '../messages/contract.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { BatchOptions, BatchOutcome } from '../pipeline/batch.ts';
import { assertBatch, optionsOf } from '../pipeline/batch.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { MessageCapture } from '../pipeline/message-capture.ts';
import type { SendOptions } from '../pipeline/message-sender.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import type { Sender } from './sender.ts';

/** Several messages of one contract, to be sent together. */
export interface Batch {
  readonly kind: 'send' | 'publish';
  readonly contract: Contract;
  readonly messages: readonly unknown[];
  readonly options: BatchOptions<never>;
  /** The message being handled. */
  readonly parent?: ConsumeContext | undefined;
  /** What keeps them until the work is done, less those that are detached. */
  readonly into?: MessageCapture;
}

/** Calls to the transport that are under way at once, for messages without a partition key. */
const MOST_CALLS = 8;

/** A message that is to leave, and its place in the batch. */
interface Leaving {
  readonly index: number;
  readonly context: OutgoingContext;
}

/**
 * Runs the steps for each message, in order, then captures them or hands them to the transport, in as few calls as its batches allow.
 * Rejects for none of them: each has its outcome, at its index. After one with a partition key was not accepted, the later ones
 * of that key are `LANE_BLOCKED`.
 * @throws ConfigurationError `CONTRACT_INVALID`, `CONTRACT_KIND_MISMATCH`, `OPTION_INVALID`: nothing was sent
 */
export async function sendBatch(sender: Sender, batch: Batch): Promise<readonly BatchOutcome[]> {
  assertKind(batch.kind, batch.contract);
  assertBatch(batch.contract, batch.messages, batch.options);
  const run = new BatchRun(sender, batch);
  await run.prepare();
  await run.dispatch();
  return run.outcomes;
}

class BatchRun {
  readonly outcomes: BatchOutcome[] = [];
  readonly #sender: Sender;
  readonly #batch: Batch;
  readonly #leaving: Leaving[] = [];
  /** The lanes in which a message was not accepted, and the place of the first. */
  readonly #blocked = new Map<string, number>();

  constructor(sender: Sender, batch: Batch) {
    this.#sender = sender;
    this.#batch = batch;
  }

  async prepare(): Promise<void> {
    for (const [index, message] of this.#batch.messages.entries()) {
      let options: SendOptions | undefined;
      try {
        options = optionsOf(this.#batch.options, message, index);
        const { kind, contract, parent, into } = this.#batch;
        const isStored = into?.isStored === true && options.detached !== true;
        const prepared = this.#sender.prepare(kind, contract, message, options, parent, isStored);
        this.#take(index, isPromise(prepared) ? await prepared : prepared);
      } catch (error) {
        this.#block(options, index);
        this.outcomes[index] = { status: 'rejected', messageId: options?.messageId, error };
      }
    }
  }

  /** Messages with a key leave in order, one call after another; the others in several calls at once. */
  async dispatch(): Promise<void> {
    const keyed = this.#chunks(this.#leaving.filter(({ context }) => context.partitionKey !== undefined));
    const free = this.#chunks(this.#leaving.filter(({ context }) => context.partitionKey === undefined));
    const workers = Array.from({ length: Math.min(MOST_CALLS, free.length) }, () => this.#sendAll(free));
    await Promise.all([this.#sendAll(keyed), ...workers]);
  }

  #take(index: number, context: OutgoingContext): void {
    const { into } = this.#batch;
    if (this.#isBlocked({ index, context })) this.#refuse({ index, context });
    else if (into !== undefined && context.options.detached !== true) {
      into.capture(context);
      this.outcomes[index] = { status: 'captured', messageId: idOf(context) };
    } else this.#leaving.push({ index, context });
  }

  /** Takes chunk by chunk, until there is none. */
  async #sendAll(chunks: (readonly Leaving[])[]): Promise<void> {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await this.#send(chunk);
  }

  async #send(chunk: readonly Leaving[]): Promise<void> {
    for (const one of chunk) if (this.#isBlocked(one)) this.#refuse(one);
    const free = chunk.filter((one) => !this.#isBlocked(one));
    if (free.length === 0) return;
    const entries: TransportEntry[] = free.map(({ context }) => context);
    const signals = new Set(free.map(({ context }) => context.options.signal));
    const [signal] = signals.size === 1 ? signals : [undefined];
    try {
      const outcomes = await this.#sender.sendEntries(entries, signal);
      for (const [at, one] of free.entries()) this.#settle(one, outcomes[at] ?? UNANSWERED);
    } catch (error) {
      for (const one of free) this.#notSent(one, error); // the bus has stopped: what left before has its outcome all the same
    }
  }

  #settle({ index, context }: Leaving, outcome: SendOutcome): void {
    const messageId = idOf(context);
    if (outcome.status === 'accepted') {
      this.outcomes[index] = { status: 'accepted', messageId };
      return;
    }
    this.#block(context.options, index);
    this.outcomes[index] = { status: outcome.status, messageId, error: this.#sender.refusal(context, outcome) };
  }

  #notSent({ index, context }: Leaving, error: unknown): void {
    this.#block(context.options, index);
    this.outcomes[index] = { status: 'rejected', messageId: idOf(context), error };
  }

  #refuse(one: Leaving): void {
    this.#settle(one, { status: 'rejected', code: 'LANE_BLOCKED', retryable: true });
  }

  #block(options: SendOptions | undefined, index: number): void {
    if (options?.partitionKey === undefined) return;
    const lane = laneOf(options);
    this.#blocked.set(lane, Math.min(index, this.#blocked.get(lane) ?? index));
  }

  /** True behind a message of its lane that was not accepted. */
  #isBlocked({ index, context: { options } }: Leaving): boolean {
    return options.partitionKey !== undefined && index > (this.#blocked.get(laneOf(options)) ?? Number.POSITIVE_INFINITY);
  }

  #chunks(leaving: readonly Leaving[]): (readonly Leaving[])[] {
    const { count, bytes } = this.#sender.batchLimit;
    const chunks: Leaving[][] = [];
    let size = 0;
    for (const one of leaving) {
      const own = bytes === Number.POSITIVE_INFINITY ? 0 : one.context.body.byteLength + one.context.headers.byteLength();
      const last = chunks.at(-1);
      if (last === undefined || last.length >= count || size + own > bytes) {
        chunks.push([one]);
        size = own;
      } else {
        last.push(one);
        size += own;
      }
    }
    return chunks;
  }
}

const laneOf = ({ to = '', partitionKey }: SendOptions): string => `${to} ${partitionKey}`;

const idOf = (context: OutgoingContext): string => context.headers.at(SLOTS.id) as string;
