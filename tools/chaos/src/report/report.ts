import { cpus, totalmem } from 'node:os';

import type { ChaosOptions } from '../chaos-options.ts';
import { checkAll } from '../checks/check-all.ts';
import { checkMoney } from '../checks/money.ts';
import { type MemoryUse, memoryUses } from '../checks/memory.ts';
import { type Percentiles, percentilesOf } from '../checks/percentiles.ts';
import type { Problem } from '../checks/problem.ts';
import { type RecoveryTimes, recoveryTimes } from '../checks/recovery-times.ts';
import type { Bounds } from '../checks/processes.ts';
import type { Books } from '../history/books.ts';
import { type Counts, countsOf } from './counts.ts';
import { type MoneyCounts, moneyCountsOf } from './money-counts.ts';

/** How often a kind of fault was asked for, and how often it met something. */
export interface FaultCount {
  readonly fault: string;
  readonly asked: number;
  readonly happened: number;
}

/** All that a run has shown. */
export interface Report {
  readonly transport: string;
  readonly queue: string;
  /** `undefined` in a run without one. */
  readonly store: string | undefined;
  /** The servers, with their versions. */
  readonly servers: string;
  readonly node: string;
  readonly machine: string;
  readonly date: string;
  readonly minutes: number;
  readonly seed: number;
  readonly producers: number;
  readonly consumers: number;
  readonly relays: number;
  readonly messages: Counts;
  /** In a run with a store. */
  readonly money: MoneyCounts | undefined;
  readonly codes: Readonly<Record<string, number>>;
  readonly faults: readonly FaultCount[];
  readonly recovery: RecoveryTimes;
  readonly stop: Percentiles;
  readonly slowestSendMs: number;
  /** The longest that the proxies stood still, because the run was busy: what is below that says nothing of the bus. */
  readonly longestHeldMs: number;
  readonly processes: number;
  readonly memory: readonly MemoryUse[];
  /** None where all promises were kept. */
  readonly problems: readonly Problem[];
}

export function reportOf(
  books: Books,
  { transport, queue, store, seed, producers, consumers, relays }: ChaosOptions,
  servers: string,
  bounds: Bounds,
): Report {
  const times = books.faults.flatMap(({ from, until }) => [from, until]);
  return {
    transport,
    queue,
    store,
    servers,
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    minutes: times.length === 0 ? 0 : (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 60_000,
    seed,
    producers,
    consumers,
    relays,
    messages: countsOf(books),
    money: store === undefined ? undefined : moneyCountsOf(books),
    codes: Object.fromEntries(books.codes),
    faults: faultCounts(books),
    recovery: recoveryTimes(books),
    stop: percentilesOf(Array.from(books.processes.values()).flatMap(({ stopMs }) => stopMs ?? [])),
    slowestSendMs: books.slowestSendMs,
    longestHeldMs: books.life('chaos').heldMs,
    processes: Array.from(books.processes.keys()).filter((name) => name !== 'chaos').length,
    memory: memoryUses(books),
    problems: store === undefined ? checkAll(books, bounds) : checkMoney(books, bounds),
  };
}

function faultCounts({ faults }: Books): readonly FaultCount[] {
  const kinds = Array.from(new Set(faults.map(({ fault }) => fault))).toSorted();
  return kinds.map((kind) => {
    const all = faults.filter(({ fault }) => fault === kind);
    return { fault: kind, asked: all.length, happened: all.filter(({ hit }) => hit).length };
  });
}
