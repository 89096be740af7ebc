import { setTimeout as pause } from 'node:timers/promises';

import type { LastingFault } from '@waybill/fault-kit';

import type { Monitor } from '../monitor.ts';
import type { Slot } from '../processes/slot.ts';
import { between, type ChaosFault, pick, type Random, type Strike } from './chaos-fault.ts';

/** So long until missed heartbeats must have been noticed. */
const SILENT_AT_MOST_MS = 15_000;
const LOOK_EVERY_MS = 50;

const isConnected = ({ proxy }: Slot): boolean => proxy.connections.length > 0;

/** Between one process and the broker. */
export function networkFaults(slots: readonly Slot[]): readonly ChaosFault[] {
  const atOnce = (kind: string, strike: (slot: Slot) => number): ChaosFault => ({
    kind,
    strike: async (random) => {
      const slot = pick(slots, random, isConnected);
      return slot && { on: [slot.options.name], hit: strike(slot) > 0 };
    },
  });
  const lasting = (kind: string, begin: (slot: Slot, random: Random) => LastingFault): ChaosFault => ({
    kind,
    strike: async (random) => {
      const slot = pick(slots, random, isConnected);
      if (slot === undefined) return undefined;
      const fault = begin(slot, random);
      await pause(between(random, 1_000, 4_000));
      return ended(slot, fault);
    },
  });
  return [
    atOnce('reset', ({ proxy }) => proxy.reset()),
    atOnce('fin', ({ proxy }) => proxy.end()),
    atOnce('reset-one', ({ proxy }) => proxy.reset(proxy.connections[0])),
    lasting('latency', ({ proxy }, random) => proxy.delay({ ms: between(random, 20, 200), jitterMs: 50 })),
    lasting('cut-in-frame', ({ proxy }, random) => proxy.cutAfter(Math.ceil(between(random, 1, 3_000)))),
    lasting('accept-silent', ({ proxy }) => {
      const fault = proxy.acceptSilently();
      proxy.reset();
      return fault;
    }),
  ];
}

/** Of a process nothing comes through, and no socket closes, until its bus says that the connection is lost. */
export function blackHole(slots: readonly Slot[], monitor: Monitor): ChaosFault {
  const isSettled = (slot: Slot): boolean =>
    slot.isUp && isConnected(slot) && monitor.books.processes.get(slot.processName)?.connection.at(-1)?.status === 'connected';
  return {
    kind: 'black-hole',
    strike: async (random) => {
      const slot = pick(slots, random, isSettled);
      if (slot === undefined) return undefined;
      const life = monitor.books.life(slot.processName);
      const known = life.connection.length;
      const fault = slot.proxy.blackHole();
      const giveUpAt = performance.now() + SILENT_AT_MOST_MS;
      while (life.connection.length === known && life.ended === undefined && performance.now() < giveUpAt) await pause(LOOK_EVERY_MS);
      return ended(slot, fault);
    },
  };
}

function ended({ options }: Slot, fault: LastingFault): Strike {
  fault.end();
  return { on: [options.name], hit: fault.hits > 0 };
}
