import { LOG_EVENTS } from '@waybill/core/transport';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Heartbeats of ten seconds, two of them missed, and some time to say so. */
const NOTICED_WITHIN_MS = 30_000;

export const aHalfOpenConnectionIsNoticed: TransportCase = {
  name: 'a connection that is silent without being closed is noticed, made anew, and loses nothing that was accepted',
  number: 56,
  group: 'faults',
  needsKill: ['half-open'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await bench.receive(10, traffic.handle(bench));
    await traffic.produce(bench, 50);
    const fault = await harness.inject('half-open');
    const producing = traffic.produce(bench, 5);
    const noticed = harness.until('the state reconnecting', () => bench.states.some(({ status }) => status === 'reconnecting'));
    await harness.within(NOTICED_WITHIN_MS, 'noticing a silent connection', noticed);
    await fault.end();
    await harness.within(NOTICED_WITHIN_MS + harness.patienceMs * 5, 'sends on a silent connection', producing);
    await harness.until('the state connected', () => bench.states.at(-1)?.status === 'connected');
    await traffic.produce(bench, 50);
    await traffic.isDone(bench);
    await bench.close();
    return 'proven';
  },
};
