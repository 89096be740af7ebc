import type { Bus, Logger } from '@waybill/core';
import { createBus, isBusError } from '@waybill/core';
import type { BusOptions } from '@waybill/core';

import { clockMs } from '../history/fact.ts';
import { HistoryWriter } from '../history/history-writer.ts';
import type { ConnectedStore } from '../stores/store.ts';
import { SCOPE } from '../stores/scope.ts';
import { storeNamed, type StoreName } from '../stores/stores.ts';
import { toldTransport } from '../transports/told-transport.ts';
import { transportNamed, type TransportName } from '../transports/transports.ts';
import { SEND_TIMEOUT_MS } from '../bounds.ts';
import { untilAborted } from '../waiting.ts';

/** What a process is told when it is started. */
export interface ChildOptions {
  /** Such as `producer-1.3`. */
  readonly name: string;
  readonly transport: TransportName;
  readonly url: string;
  readonly queue: string;
  /** The money's, where money moves. */
  readonly store: StoreName | undefined;
  readonly databaseUrl: string | undefined;
  /** Where the history is written. */
  readonly folder: string;
  readonly seed: number;
  /** Messages a second, of a producer. */
  readonly rate: number;
}

/** One process of the load: its bus, its file of the history, and the moment in which it is to end. */
export interface Child {
  readonly options: ChildOptions;
  readonly history: HistoryWriter;
  readonly connected: ConnectedStore | undefined;
  /** Aborts when the process is asked to end. */
  readonly ending: AbortSignal;
}

/** What the bus of a process is made with, beside what all have in common. */
export interface BusParts extends Pick<BusOptions, 'endpoints' | 'publishes' | 'observers' | 'middleware'> {
  /** `false`: it sends nothing of what stands in the outbox. @default it does, where there is a store */
  readonly relay?: false;
}

/** Short, so that a run sees many end. */
const LEASE = '5s';

const MEMORY_EVERY_MS = 1_000;
const MIB = 2 ** 20;

/**
 * What every process of the load has in common: `SIGTERM` asks it to end, Ctrl-C is for whoever started it, and what
 * must not happen is written into the history.
 */
export async function runChild(live: (child: Child) => Promise<void>): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
  const history = new HistoryWriter(options.folder, options.name);
  const trouble = (what: string) => (error: unknown) => history.write({ kind: 'trouble', what: `${what}: ${textOf(error)}` });
  process.on('unhandledRejection', trouble('unhandled rejection'));
  process.on('warning', trouble('warning'));
  process.on('uncaughtException', (error) => {
    trouble('uncaught exception')(error);
    process.exit(1);
  });
  process.on('SIGINT', () => {});
  const ending = new AbortController();
  process.once('SIGTERM', () => ending.abort());
  const memory = setInterval(() => history.write({ kind: 'memory', mb: process.memoryUsage.rss() / MIB }), MEMORY_EVERY_MS);
  const connected = connect(options);
  await live({ options, history, connected, ending: ending.signal });
  await connected?.pool.end();
  clearInterval(memory);
}

/** A bus over the transport of the run, whose connection is told in the history. */
export function makeBus({ options, history, connected }: Child, more: BusParts): Bus {
  const transport = transportNamed(options.transport).connect(options);
  const relays = connected !== undefined && more.relay !== false;
  return createBus({
    name: SCOPE,
    transport: relays ? toldTransport(transport, history) : transport,
    ...(connected !== undefined && { store: connected.store, relay: { lease: LEASE } }),
    provisioning: 'apply',
    publishTimeout: SEND_TIMEOUT_MS,
    drainTimeout: '5s',
    logger: intoHistory(history),
    ...more,
  } as BusOptions);
}

/** @throws Error where the run has none. */
export function storeOf({ connected }: Pick<Child, 'connected'>): ConnectedStore {
  if (connected === undefined) throw new Error('There is no store: the load needs one, and the run was made without.');
  return connected;
}

function connect({ store, databaseUrl, name }: ChildOptions): ConnectedStore | undefined {
  return store === undefined || databaseUrl === undefined ? undefined : storeNamed(store).connect({ url: databaseUrl, name });
}

/** Starts it, again and again: the broker may be away. Gives up when the process is to end. */
export async function startBus(bus: Bus, { history, ending }: Child): Promise<boolean> {
  while (!ending.aborted) {
    try {
      await bus.start({ signal: ending });
      history.write({ kind: 'connection', status: 'connected' });
      history.write({ kind: 'up' });
      return true;
    } catch (error) {
      if (!isBusError(error)) history.write({ kind: 'trouble', what: `start: ${textOf(error)}` });
      await untilAborted(ending, START_AGAIN_MS);
    }
  }
  return false;
}

const START_AGAIN_MS = 250;

/** Stops it, and tells how long that took. */
export async function stopBus(bus: Bus, { history }: Child): Promise<void> {
  const begun = clockMs();
  history.write({ kind: 'stopping' });
  await bus.stop();
  history.write({ kind: 'stopped', ms: clockMs() - begun });
}

/** The connection's changes, what only a bug can cause, and the first of what else is logged: a process that lives long says too much. */
function intoHistory(history: HistoryWriter): Logger {
  let left = LOGGED_AT_MOST;
  const note =
    (level: keyof Logger): Logger['error'] =>
    (fields, message) => {
      const { event, status, reason, problem, error } = fields;
      if (event === 'transport.state' && typeof status === 'string')
        history.write({ kind: 'connection', status, ...textsOf({ reason, problem }) });
      else if (BUGS.includes(event)) history.write({ kind: 'trouble', what: `${event}: ${message}: ${textOf(error)}` });
      else if (!event.startsWith('message.') && left > 0) {
        left -= 1;
        history.write({ kind: 'log', level, event, text: logged(message, fields) });
      }
    };
  return { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
}

const LOGGED_AT_MOST = 2_000;
const LOGGED_LENGTH = 500;

function textsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, shortText(value)]])));
}

function logged(message: string, { event: _event, ...fields }: Readonly<Record<string, unknown>>): string {
  return [message, ...Object.entries(textsOf(fields)).map(([name, text]) => `${name}: ${text}`)].join('; ').slice(0, LOGGED_LENGTH);
}

function shortText(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const BUGS = ['task.failed', 'hook.failed', 'transport.callback-failed', 'delivery.after-stop'];

export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
