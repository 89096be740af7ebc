import type { Runtime } from '@waybill/core/transport';
import type { NotificationListener } from '../database.ts';
import type { PgConnection, PgNotification } from './pg-client.ts';
import { runStatement } from './run-statement.ts';

/** How often a connection that is silent is asked whether it lives, and how long it may take to answer. */
const ASK_EVERY_MS = 30_000;
const ANSWER_MS = 10_000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** What {@link listenOn} needs. */
export interface ListenOptions {
  readonly channel: string;
  readonly listener: NotificationListener;
  readonly connect: (signal: AbortSignal) => Promise<PgConnection>;
  readonly runtime: Runtime;
}

/** Listens on a connection of its own until it is ended; one that is lost is made anew. Returns what ends it. */
export function listenOn(options: ListenOptions): () => void {
  const end = new AbortController();
  void options.runtime.spawn('postgres.listen', () => keepListening(options, end.signal));
  return () => end.abort();
}

async function keepListening(options: ListenOptions, signal: AbortSignal): Promise<void> {
  const { runtime } = options;
  for (let failures = 0; !signal.aborted; failures += 1) {
    const wasUp = await listenOnce(options, signal).catch(() => false); // the relay polls meanwhile
    if (wasUp) failures = 0;
    const whole = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10));
    await runtime.sleep(whole * (0.5 + runtime.random() / 2), signal).catch(() => {});
  }
}

/** Listens on one connection, until it breaks or the signal aborts. True where it could. */
async function listenOnce({ channel, listener, connect, runtime }: ListenOptions, signal: AbortSignal): Promise<boolean> {
  const client = await connect(signal);
  const broken = new AbortController();
  const onError = (): void => broken.abort();
  const onNotification = ({ payload }: PgNotification): void => listener.onNotification(payload ?? '');
  client.on('error', onError);
  client.on('notification', onNotification);
  try {
    await runStatement(client, { text: `listen "${channel}"` }, { limitMs: ANSWER_MS, runtime });
    listener.onListening();
    await untilBroken(client, runtime, AbortSignal.any([broken.signal, signal]));
    return true;
  } finally {
    client.removeListener('notification', onNotification);
    client.release(true); // what listens is of no use to others
  }
}

async function untilBroken(client: PgConnection, runtime: Runtime, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await runtime.sleep(ASK_EVERY_MS, signal);
      await runStatement(client, { text: 'select 1' }, { limitMs: ANSWER_MS, runtime });
    }
  } catch {
    // broken, silent for too long, or ended
  }
}
