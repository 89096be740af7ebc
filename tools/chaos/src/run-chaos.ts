import { monitorEventLoopDelay } from 'node:perf_hooks';

import { seededRandom } from '@waybill/simulation';

import type { ChaosOptions } from './chaos-options.ts';
import { handledIn, onTheWay } from './checks/lost.ts';
import { blackHole, networkFaults } from './faults/network-faults.ts';
import { brokerFaults, brokerOutages } from './faults/broker-faults.ts';
import type { ChaosFault } from './faults/chaos-fault.ts';
import { databaseFaults } from './faults/database-faults.ts';
import { runLane } from './faults/lane.ts';
import { linkFaults } from './faults/link-faults.ts';
import { processFaults } from './faults/process-faults.ts';
import { clockMs } from './history/fact.ts';
import type { Monitor } from './monitor.ts';
import { pauseUntil, untilAborted } from './waiting.ts';
import { Fleet } from './processes/fleet.ts';
import type { Role, SlotOptions } from './processes/slot.ts';
import { progressLine } from './report/progress.ts';
import type { ChaosDatabase } from './stores/store.ts';
import type { ChaosBroker } from './transports/transport.ts';

/** What a run is made of. */
export interface RunParts {
  readonly broker: ChaosBroker;
  /** Of a run with a store. */
  readonly database?: ChaosDatabase | undefined;
  readonly monitor: Monitor;
  readonly print: (line: string) => void;
  /** Ends the faults; what follows is as in a run that was not cut short. */
  readonly ending: AbortSignal;
}

const REFRESH_EVERY_MS = 250;
const PROGRESS_EVERY_MS = 5_000;
/** How long nothing may be handled though something is left. */
const STUCK_MS = 120_000;
/** The broker counts some queues now and then only. */
const EMPTY_TWICE_AFTER_MS = 2_000;

/** One run: processes start, faults strike while they work, all is mended, what was accepted is handled to its end, and the processes end. */
export async function runChaos(options: ChaosOptions, parts: RunParts): Promise<void> {
  const { broker, database, monitor, print } = parts;
  await database?.prepare();
  await using fleet = await Fleet.open(slotsOf(options, monitor.folder), { broker: broker.url, database: database?.url }, monitor);
  const refresh = setInterval(() => monitor.refresh(), REFRESH_EVERY_MS);
  const began = clockMs();
  const loop = monitorEventLoopDelay();
  loop.enable();
  const progress = setInterval(() => {
    monitor.tell({ kind: 'held', ms: loop.max / 1e6 });
    loop.reset();
    print(progressLine(monitor.books, clockMs() - began));
  }, PROGRESS_EVERY_MS);
  try {
    await fleet.launch('consumer');
    await fleet.launch('relay');
    await broker.control.flush();
    await fleet.launch('producer');
    print(`${titleOf(parts)}, ${fleet.slots.length} processes; faults for ${options.minutes} min, seed ${options.seed}`);
    await strike(options, fleet, parts);
    print('the faults are over; what was accepted is handled to its end');
    await fleet.stop('producer');
    await drain(parts);
    await fleet.stop('consumer');
    await fleet.stop('relay');
    await fleet.audit(slotOf(options, monitor.folder, 'auditor', 1));
    for (const [queue, messages] of await leftIn(parts)) monitor.tell({ kind: 'left', queue, messages });
  } finally {
    clearInterval(refresh);
    clearInterval(progress);
    loop.disable();
    monitor.refresh();
  }
}

/** The servers of a run. */
export function titleOf({ broker, database }: Pick<RunParts, 'broker' | 'database'>): string {
  return database === undefined ? broker.title : `${broker.title}, ${database.title}`;
}

function slotsOf(options: ChaosOptions, folder: string): readonly SlotOptions[] {
  const of = (role: Role, count: number): readonly SlotOptions[] =>
    Array.from({ length: count }, (_, index) => slotOf(options, folder, role, index + 1));
  return [...of('consumer', options.consumers), ...of('relay', options.relays), ...of('producer', options.producers)];
}

function slotOf({ transport, queue, store, rate, producers, seed }: ChaosOptions, folder: string, role: Role, number: number): SlotOptions {
  const own = seed * 1_000 + number * 100_000;
  return { role, name: `${role}-${number}`, isVeteran: number === 1, transport, queue, store, folder, rate: rate / producers, seed: own };
}

/** Several lanes at once; of broker and database one at a time is struck. The longer the run, the longer a server is left alone between two of its faults: it needs long to come back. */
async function strike({ minutes, seed }: ChaosOptions, { slots }: Fleet, { broker, database, monitor, ending }: RunParts): Promise<void> {
  const betweenServerFaults = Math.min(30_000, minutes * 1_500);
  const lanes: readonly (readonly [readonly ChaosFault[], number])[] = [
    [networkFaults(slots), 1_500],
    [[blackHole(slots, monitor)], 5_000],
    [processFaults(slots), 2_000],
    ...(database === undefined
      ? ([[brokerFaults(broker, monitor), betweenServerFaults]] as const)
      : ([
          [linkFaults(slots), 2_000],
          [[...brokerOutages(broker, monitor), ...databaseFaults(database, monitor)], betweenServerFaults],
        ] as const)),
  ];
  const endsAt = clockMs() + minutes * 60_000;
  await Promise.all(
    lanes.map(([faults, pauseMs], index) => runLane({ faults, pauseMs, random: seededRandom(seed + index) }, endsAt, monitor, ending)),
  );
}

/** Until all that was accepted is handled, and no queue and no outbox holds anything; then nothing more can come. Ends as well when nothing gets on: what is missing then is told by the books. */
async function drain({ broker, database, monitor }: RunParts): Promise<void> {
  const isHandled = (): boolean => onTheWay(monitor.books).length === 0;
  const isEmpty = (): Promise<boolean> =>
    leftIn({ broker, database }).then(
      (left) => left.values().every((messages) => messages === 0),
      () => false, // it may just have come back
    );
  const isDone = async (): Promise<boolean> => {
    if (!(await isEmpty())) return false;
    await untilAborted(AbortSignal.timeout(EMPTY_TWICE_AFTER_MS));
    return isEmpty();
  };
  const handled = (): number => handledIn(monitor.books);
  if (database === undefined) await pauseUntil(isHandled, STUCK_MS, handled);
  await pauseUntil(isDone, STUCK_MS, handled);
}

/** How much stands in each queue, and in the outbox. */
async function leftIn({ broker, database }: Pick<RunParts, 'broker' | 'database'>): Promise<ReadonlyMap<string, number>> {
  return new Map([...(await broker.messages()), ...((await database?.left()) ?? [])]);
}
