import { LOG_EVENTS } from '@waybill/core/transport';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Some attempts to connect. */
const LONG_MS = 5_000;

export const credentialsAreRevoked: TransportCase = {
  name: 'with credentials revoked the state says so, and after they are restored it goes on; nothing that was accepted is lost',
  number: 64,
  group: 'faults',
  needsKill: ['revoke-credentials'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await bench.receive(10, traffic.handle(bench));
    await traffic.produce(bench, 50);
    const fault = await harness.inject('revoke-credentials');
    await harness.until('the state reconnecting, with the problem auth_failed', () => {
      const state = bench.states.at(-1);
      return state?.status === 'reconnecting' && state.problem === 'auth_failed';
    });
    const sending = traffic.produce(bench, 2);
    await harness.pass(Math.min(harness.patienceMs / 2, LONG_MS));
    await fault.end();
    await harness.within(harness.patienceMs * 4, 'sends without credentials', sending);
    await harness.until('the state connected', () => bench.states.at(-1)?.status === 'connected');
    await traffic.produce(bench, 50);
    await traffic.isDone(bench);
    await bench.close();
    return 'proven';
  },
};
