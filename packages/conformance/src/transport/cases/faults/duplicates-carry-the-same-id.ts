import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const duplicatesCarryTheSameId: TransportCase = {
  name: 'a message that a broker stored twice comes twice with one message id, each settled by itself',
  group: 'faults',
  needsKill: ['duplicate'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await harness.inject('duplicate');
    await bench.sendAccepted(bench.entry('twice'));
    await bench.receive(5);
    await bench.arrivedExactly(2, 'of one message that was stored twice');
    const ids = new Set(bench.arrived.map(({ message }) => message.headers.get(HEADERS.id)));
    expectThat(ids.size === 1, 'the two have different message ids');
    await bench.arrived[0]?.ack();
    await bench.arrived[1]?.release();
    await bench.arrivedExactly(3, 'after one of two was acked and the other released');
    await bench.arrived[2]?.ack();
    await bench.close();
    return 'proven';
  },
};
