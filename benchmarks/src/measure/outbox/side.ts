import type { QueueType } from '../rabbitmq/queue-client.ts';

/** A program that works off what stands in tables of PostgreSQL. */
export interface Side {
  /** Its schema there; nothing else is. */
  readonly schema: string;
  /** Makes the tables, and stores the orders, in transactions of {@link STORED_TOGETHER}. */
  fill(orders: Iterable<object>, urls: Urls, queue?: QueueType): Promise<void>;
  /** A statement: true when nothing is left, what is handled and not yet written down included. */
  readonly isEmpty: string;
  /** Works until the process ends. Returns what tells how many orders are handled. */
  work(urls: Urls): Promise<() => number>;
  /** Keeps a queue empty that nobody reads. Returns what ends that. @default there is none */
  keepEmpty?(urls: Urls): Promise<() => Promise<void>>;
  /** Removes what is left elsewhere. @default there is nothing */
  clear?(urls: Urls): Promise<void>;
}

/** Where the servers are: PostgreSQL, and the broker where one is needed. */
export type Urls = readonly [postgres: string, broker?: string];

/** The sides, each in a file of its name. */
export type SideName = 'waybill' | 'waybill-rabbitmq' | 'graphile-worker' | 'pg-boss';

/** So many orders a transaction stores. */
const STORED_TOGETHER = 1_000;

/** The orders of each transaction. */
export function* grouped<Item>(items: Iterable<Item>): Iterable<readonly Item[]> {
  let group: Item[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < STORED_TOGETHER) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

export async function loadSide(name: SideName): Promise<Side> {
  const { side } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { readonly side: Side };
  return side;
}
