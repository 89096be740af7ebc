import type { OutboxEntry } from '../outbox/outbox-store.ts';
import type { MessageSpans } from '../pipeline/message-spans.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import type { IStore } from './store.ts';

/** The store of one bus, as units of work and the relay see it. */
export interface BusStore {
  readonly store: IStore;
  /** Whose rows and keys they are: the name of the bus, with its namespace. */
  readonly scope: string;
  /** Rows were committed in this process: they need not wait for the next look into the outbox. Never throws. */
  readonly wakeRelay: () => void;
  /** Given where somebody traces. */
  readonly spans: MessageSpans | undefined;
}

/** Adds what was captured to the outbox, in the given transaction. Asks nobody where there is nothing. */
export async function storeCaptured({ store, scope }: BusStore, tx: unknown, captured: readonly TransportEntry[]): Promise<void> {
  if (captured.length > 0) await store.outbox.add(tx, scope, captured.map(outboxEntry));
}

/** Without what only this process knows: the message, its contract, the one that caused it. */
function outboxEntry(captured: TransportEntry): OutboxEntry {
  const { destination, headers, body, partitionKey, notBefore, expiresAt, priority, immutable } = captured;
  const entry: TransportEntry = { destination, headers, body, partitionKey, expiresAt, priority, immutable };
  return captured instanceof OutgoingContext && captured.outbox === 'until-due'
    ? { entry, dueAt: notBefore }
    : { entry: { ...entry, notBefore } };
}
