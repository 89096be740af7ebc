import { expectThat } from '../../../runner.ts';
import type { TransportCase } from '../../transport-case.ts';

const LONGEST_MS = 2_000;

export const theProcessEndsByItself: TransportCase = {
  name: 'after stop a process ends by itself within 2 s: no timer, socket or worker holds it',
  number: 49,
  group: 'life',
  needsKill: ['own-process'],
  run: async (harness) => {
    const { exitCode, lingeredMs, errors } = await harness.alone();
    expectThat(lingeredMs !== undefined, `the bus in the process never stopped: ${errors}`);
    expectThat(exitCode === 0, `the process ended with ${exitCode}, or was killed, ${lingeredMs} ms after its bus had stopped: ${errors}`);
    expectThat(lingeredMs <= LONGEST_MS, `the process went on for ${lingeredMs} ms after its bus had stopped`);
    expectThat(errors === '', `the process complained: ${errors}`);
    return 'proven';
  },
};
