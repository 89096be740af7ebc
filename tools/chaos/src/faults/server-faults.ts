import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { ServerControl } from '@waybill/fault-kit';

import type { Monitor } from '../monitor.ts';
import { pauseUntil } from '../waiting.ts';
import { between, type ChaosFault, everywhere } from './chaos-fault.ts';

/** A server that all processes need, and that is broken as a whole. */
export interface StruckServer {
  readonly control: ServerControl;
  readonly url: string;
}

const LOOK_EVERY_MS = 25;
const START_MS = 200_000;

/** What can be done to any server: killed, frozen, and ended in the ways that are given, by the names of these faults. */
export function serverFaults(
  server: 'broker' | 'database',
  { control, url }: StruckServer,
  monitor: Monitor,
  ends: Readonly<Record<string, () => Promise<void>>>,
): readonly ChaosFault[] {
  const restart = async (end: () => Promise<void>): Promise<boolean> => {
    await end();
    const hasEnded = !control.isRunning;
    const start = (): Promise<boolean> =>
      control.start().then(
        () => true,
        () => false,
      );
    const started = pauseUntil(start, START_MS); // on a busy machine one start may be given up
    const back = untilReachable(url).then(() => monitor.tell({ kind: 'back', of: server }));
    if (!(await started)) throw new Error(`The ${server} did not come back within ${START_MS / 1_000} s; see ${monitor.folder}.`);
    await back;
    return hasEnded;
  };
  return [
    everywhere(`kill-${server}`, () => restart(() => control.kill())),
    ...Object.entries(ends).map(([kind, end]) => everywhere(kind, () => restart(end))),
    everywhere(`freeze-${server}`, async (random) => {
      control.freeze();
      await pause(between(random, 1_000, 9_000));
      control.thaw();
      return control.isRunning;
    }),
  ];
}

/** Resolves when somebody accepts connections there. */
async function untilReachable(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const isReachable = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  while (!(await isReachable())) await pause(LOOK_EVERY_MS);
}
