import { LOG_EVENTS } from '@waybill/core/transport';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const WITHIN_MS = 5_000;

export const aConsumerIsCancelled: TransportCase = {
  name: 'a consumer that the broker ends takes up its work again within 5 s',
  number: 62,
  group: 'faults',
  needsKill: ['cancel-consumer'],
  logs: [LOG_EVENTS.settleLost],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await bench.receive(10, traffic.handle(bench));
    await traffic.produce(bench, 20);
    await harness.inject('cancel-consumer', { endpoint: bench.endpoint.name });
    await traffic.produce(bench, 20);
    await harness.within(WITHIN_MS, 'taking up the work again', traffic.isDone(bench));
    await bench.close();
    return 'proven';
  },
};
