import { HEADERS } from '../messages/headers.ts';
import type { RelayParts } from '../outbox/outbox-relay.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import type { Sender } from './sender.ts';
import type { StatisticsRecorder } from './statistics-recorder.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** What the relay sends by. */
export interface RelaySenderParts {
  readonly sender: Pick<Sender, 'sendEntries'>;
  readonly keeper: Pick<TopologyKeeper, 'declareStored'>;
  readonly recorder: StatisticsRecorder | undefined;
}

/**
 * The way out of what stood in the outbox: the topics of events are declared first, where that is allowed, then it goes the way of everything
 * else. An event whose topic cannot be there fails alone, and what follows in its key waits for it.
 */
export function relaySender({ sender, keeper, recorder }: RelaySenderParts): RelayParts['send'] {
  return (entries, signal, time) => {
    const send = (those: readonly TransportEntry[]): MaybePromise<readonly SendOutcome[]> => {
      recorder?.relaying(those);
      return sender.sendEntries(those, signal);
    };
    const declaring = declareTopics(entries, keeper, signal);
    return declaring.size === 0 ? send(entries) : sendDeclared(entries, { declaring, time, send });
  };
}

/** The topics that are not there yet, each with what becomes of it. */
function declareTopics(
  entries: readonly TransportEntry[],
  keeper: RelaySenderParts['keeper'],
  signal: AbortSignal,
): ReadonlyMap<string, Promise<SendOutcome | undefined>> {
  const seen = new Set<string>();
  const declaring = new Map<string, Promise<SendOutcome | undefined>>();
  for (const { destination, headers } of entries) {
    if (destination.kind !== 'topic' || seen.has(destination.name)) continue;
    seen.add(destination.name);
    const declared = declareTopic(destination.name, headers.get(HEADERS.name), keeper, signal);
    if (declared !== undefined) declaring.set(destination.name, declared);
  }
  return declaring;
}

/** `undefined` where it is there; else resolves with the refusal of what goes to it, if it cannot be. */
function declareTopic(
  topic: string,
  contract: string | undefined,
  keeper: RelaySenderParts['keeper'],
  signal: AbortSignal,
): Promise<SendOutcome | undefined> | undefined {
  try {
    const declared = keeper.declareStored(topic, { name: contract ?? topic }, signal);
    return isPromise(declared) ? declared.then(() => undefined, refusalOf) : undefined;
  } catch (error) {
    return Promise.resolve(refusalOf(error));
  }
}

const refusalOf = (cause: unknown): SendOutcome => ({
  status: 'rejected',
  code: 'SEND_REJECTED',
  retryable: true,
  cause,
});

/** How entries leave whose topics are not there yet. */
interface DeclaredSend {
  readonly declaring: ReadonlyMap<string, Promise<SendOutcome | undefined>>;
  readonly time: Parameters<RelayParts['send']>[2];
  readonly send: (entries: readonly TransportEntry[]) => MaybePromise<readonly SendOutcome[]>;
}

/** `undefined` when declaring has taken so long that nothing may be sent any more. */
async function sendDeclared(
  entries: readonly TransportEntry[],
  { declaring, time, send }: DeclaredSend,
): Promise<readonly SendOutcome[] | undefined> {
  const refusals = new Map<string, SendOutcome>();
  for (const [topic, declared] of declaring) {
    const refusal = await declared;
    if (refusal !== undefined) refusals.set(topic, refusal);
  }
  if (time.isOver) return undefined;
  const refused = refusedBy(entries, refusals);
  const rest = entries.filter((_, index) => refused[index] === undefined);
  const outcomes = rest.length === 0 ? [] : await send(rest);
  let next = 0;
  return refused.map((refusal) => refusal ?? (outcomes[next++] as SendOutcome));
}

/** The refusal of each entry, or of what stands before it in its key; `undefined` where it may leave. */
function refusedBy(entries: readonly TransportEntry[], refusals: ReadonlyMap<string, SendOutcome>): readonly (SendOutcome | undefined)[] {
  const blocked = new Set<string>();
  return entries.map(({ destination, partitionKey }) => {
    if (partitionKey !== undefined && blocked.has(partitionKey)) return LANE_BLOCKED;
    const refusal = destination.kind === 'topic' ? refusals.get(destination.name) : undefined;
    if (refusal !== undefined && partitionKey !== undefined) blocked.add(partitionKey);
    return refusal;
  });
}

const LANE_BLOCKED: SendOutcome = Object.freeze({ status: 'rejected', code: 'LANE_BLOCKED', retryable: true });
