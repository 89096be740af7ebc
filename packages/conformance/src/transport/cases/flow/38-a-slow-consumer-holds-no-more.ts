import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 2_000;
const PREFETCH = 10;
const BODY = new Uint8Array(4_096);

export const aSlowConsumerHoldsNoMore: TransportCase = {
  name: 'a slow consumer of a backlog of 2,000 never holds more than its prefetch',
  number: 38,
  group: 'flow',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    for (let sent = 0; sent < COUNT; sent += 100)
      await bench.sendAccepted(...Array.from({ length: 100 }, (_, index) => bench.entry(`${sent + index}`, { body: BODY })));
    let [held, most, settled] = [0, 0, 0];
    const waiting: (() => void)[] = [];
    await bench.receive(PREFETCH, (delivery) => {
      held += 1;
      most = Math.max(most, held);
      waiting.push(() => {
        held -= 1;
        settled += 1;
        void delivery.ack();
      });
    });
    while (settled < COUNT) {
      await harness.until('the next', () => waiting.length > 0);
      await harness.runtime.yield();
      for (const settle of waiting.splice(0)) settle();
    }
    await bench.arrivedExactly(COUNT, 'of a backlog');
    expectThat(most === PREFETCH, `${most} deliveries were held at once with a prefetch of ${PREFETCH}`);
    await bench.close();
    return 'proven';
  },
};
