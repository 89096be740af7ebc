import { parseArgs } from 'node:util';

import { STORE_NAMES, type StoreName } from './stores/stores.ts';
import { TRANSPORT_NAMES, type TransportName, transportNamed } from './transports/transports.ts';

export const CHAOS_HELP = `Producers and consumers as processes, under random faults of network, processes and broker. In the end everything that
was accepted must have been handled, and a table says what was sent, what became of it, and which faults happened. With a store money moves between
accounts of a database, which is broken as well: in the end every balance adds up, and each transfer that was committed took effect once.

  pnpm chaos --transport rabbitmq --minutes 20
                     faults for so long (default 1); then what is accepted is handled to its end. A run goes on for longer
                     where a kind of fault has not had its turn. Fractions are allowed
  --queue classic    the queues of the broker: quorum (default) or classic
  --store postgres   money in a database of its own, with an outbox and an inbox (default none: messages of all kinds)
  --producers 2      how many processes send (default 2)
  --consumers 3      how many processes handle (default 3)
  --relays 2         how many processes only send what stands in the outbox, with a store (default 2); consumers do that as well
  --rate 200         how many messages are sent in a second, by all together (default 200)
  --seed 7           repeats the choices of an earlier run: which faults, in which order, on which process, how long, and what is sent.
                     How the processes, the broker and the clock meet them is never repeated
  --out folder       writes the report there, as chaos-<transport>-<queue>[-<store>]-<date>.md and .json; one of that day is overwritten
  --keep             keeps the history, which else is kept only when something is wrong

Broker and database are its own, on free ports of 127.0.0.1; no others are touched. Ctrl-C ends the faults, and the run with what there is by then;
a second one ends it at once. Ends with 1 when something was lost or another promise broken, with 2 when it was called wrongly.`;

/** What is to be done. */
export interface ChaosOptions {
  readonly transport: TransportName;
  readonly queue: string;
  readonly store: StoreName | undefined;
  readonly minutes: number;
  readonly producers: number;
  readonly consumers: number;
  readonly relays: number;
  readonly rate: number;
  readonly seed: number;
  readonly out: string | undefined;
  readonly keep: boolean;
}

const NAMES = {
  transport: { type: 'string', default: 'rabbitmq' },
  queue: { type: 'string' },
  store: { type: 'string' },
  minutes: { type: 'string', default: '1' },
  producers: { type: 'string', default: '2' },
  consumers: { type: 'string', default: '3' },
  relays: { type: 'string' },
  rate: { type: 'string', default: '200' },
  seed: { type: 'string' },
  out: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Options as given, or 'help'. Throws an error that says what is wrong with them. */
export function parseChaosOptions(given: readonly string[]): ChaosOptions | 'help' {
  const args = given.filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
  const { values } = parseArgs({ args, options: NAMES });
  if (values.help) return 'help';
  const transport = oneOf('--transport', values.transport, TRANSPORT_NAMES);
  const { queues } = transportNamed(transport);
  const store = values.store === undefined ? undefined : oneOf('--store', values.store, STORE_NAMES);
  return {
    transport,
    queue: oneOf('--queue', values.queue ?? queues[0] ?? '', queues),
    store,
    minutes: positive('--minutes', values.minutes),
    producers: wholeFrom('--producers', values.producers, 1),
    consumers: wholeFrom('--consumers', values.consumers, 2),
    relays: relaysOf(values.relays, store),
    rate: positive('--rate', values.rate),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeFrom('--seed', values.seed, 0),
    out: values.out,
    keep: values.keep,
  };
}

function relaysOf(text: string | undefined, store: StoreName | undefined): number {
  if (store !== undefined) return wholeFrom('--relays', text ?? '2', 0);
  if (text !== undefined) throw new Error('--relays is given without --store: there is no outbox to send from.');
  return 0;
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new Error(`${option} is "${text}". Use one of ${names.join(', ')}.`);
  return found;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${option} is "${text}". Use a number above 0.`);
  return value;
}

function wholeFrom(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`${option} is "${text}". Use a whole number from ${least}.`);
  return value;
}
