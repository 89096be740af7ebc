import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { Right } from '@waybill/fault-kit';

import type { Monitor } from '../monitor.ts';
import { pauseUntil } from '../waiting.ts';
import type { ChaosBroker } from '../transports/transport.ts';
import { between, type ChaosFault, type Random } from './chaos-fault.ts';

const ALL: readonly Right[] = ['declare', 'send', 'receive'];
const LOOK_EVERY_MS = 25;
const START_MS = 200_000;

/** At the broker itself, for everybody. */
export function brokerFaults({ control, url, user, faults }: ChaosBroker, monitor: Monitor): readonly ChaosFault[] {
  const everywhere = (kind: string, strike: (random: Random) => Promise<boolean>): ChaosFault => ({
    kind,
    strike: async (random) => ({ on: [], hit: await strike(random) }),
  });
  const restart = async (end: () => Promise<void>): Promise<boolean> => {
    await end();
    const hasEnded = !control.isRunning;
    const started = pauseUntil(
      () =>
        control.start().then(
          () => true,
          () => false,
        ),
      START_MS,
    ); // on a busy machine one start may be given up
    const back = untilReachable(url).then(() => monitor.tell({ kind: 'back' }));
    if (!(await started)) throw new Error(`The broker did not come back within ${START_MS / 1_000} s; see ${monitor.folder}.`);
    await back;
    return hasEnded;
  };
  return [
    everywhere('kill-broker', () => restart(() => control.kill())),
    everywhere('restart-broker', () => restart(() => control.stop())),
    everywhere('freeze-broker', async (random) => {
      control.freeze();
      await pause(between(random, 1_000, 9_000));
      control.thaw();
      return control.isRunning;
    }),
    everywhere('memory-alarm', async (random) => {
      const before = control.faults.happened('alarm');
      await control.setAlarm(true);
      await pause(between(random, 1_000, 7_000));
      await control.setAlarm(false);
      return control.faults.happened('alarm') > before;
    }),
    everywhere('close-connections', async () => (await control.closeConnections('chaos')) > 0),
    everywhere('revoke-rights', async (random) => {
      const kept = ALL.filter(() => random() < 0.4).slice(0, ALL.length - 1);
      await control.setRights(user, kept);
      const closed = await control.closeConnections('chaos has changed the rights'); // what is open has its rights remembered
      await pause(between(random, 500, 3_000));
      await control.setRights(user, ALL);
      return closed > 0;
    }),
    ...faults,
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
