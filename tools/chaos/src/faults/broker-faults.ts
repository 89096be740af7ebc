import { setTimeout as pause } from 'node:timers/promises';

import type { Right } from '@waybill/fault-kit';

import type { Monitor } from '../monitor.ts';
import type { ChaosBroker } from '../transports/transport.ts';
import { between, type ChaosFault, everywhere } from './chaos-fault.ts';
import { serverFaults } from './server-faults.ts';

const ALL: readonly Right[] = ['declare', 'send', 'receive'];

/** What takes the broker away from everybody, for a while. */
export function brokerOutages(broker: ChaosBroker, monitor: Monitor): readonly ChaosFault[] {
  const { control } = broker;
  return [
    ...serverFaults('broker', broker, monitor, { 'restart-broker': () => control.stop() }),
    everywhere('close-connections', async () => (await control.closeConnections('chaos')) > 0),
  ];
}

/** At the broker itself, for everybody. */
export function brokerFaults(broker: ChaosBroker, monitor: Monitor): readonly ChaosFault[] {
  const { control, user, faults } = broker;
  return [
    ...brokerOutages(broker, monitor),
    everywhere('memory-alarm', async (random) => {
      const before = control.faults.happened('alarm');
      await control.setAlarm(true);
      await pause(between(random, 1_000, 7_000));
      await control.setAlarm(false);
      return control.faults.happened('alarm') > before;
    }),
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
