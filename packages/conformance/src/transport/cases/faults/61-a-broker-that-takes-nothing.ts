import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { Traffic } from '../../traffic.ts';
import type { TransportCase } from '../../transport-case.ts';

const WAITING = 20;

export const aBrokerThatTakesNothing: TransportCase = {
  name: 'while the broker takes no messages sends wait or end as unknown, consumers go on, the state says blocked; then it recovers',
  number: 61,
  group: 'faults',
  needsKill: ['block'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const traffic = new Traffic();
    await traffic.produce(bench, WAITING);
    const fault = await harness.inject('block');
    const sending = traffic.produce(bench, 1); // some say it only to those who send
    await harness.until('the state blocked', () => bench.states.at(-1)?.status === 'blocked');
    await bench.receive(10, traffic.handle(bench));
    await harness.until('the messages that wait', () => traffic.handled.size >= WAITING);
    expectThat(traffic.accepted.size === WAITING, 'a send was accepted while the broker took no messages');
    await fault.end();
    await harness.within(harness.patienceMs * 2, 'the send that waited', sending);
    await harness.until('the state connected', () => bench.states.at(-1)?.status === 'connected');
    await traffic.produce(bench, WAITING);
    await traffic.isDone(bench);
    expectThat(traffic.rejected.size === 0, `${traffic.rejected.size} sends were rejected`);
    await bench.close();
    return 'proven';
  },
};
