import { expectThat } from '../../runner.ts';
import type { TransportCase } from '../transport-case.ts';
import { Bench, textOf } from '../transport-harness.ts';

const COUNT = 1_000;

export const deliversEveryMessageOnce: TransportCase = {
  name: 'delivers each of 1,000 acked messages, none lost, bytes and headers as they were',
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const outcomes = await bench.send(...Array.from({ length: COUNT }, (_, index) => `text ${index}`));
    expectThat(
      outcomes.every(({ status }) => status === 'accepted'),
      'not every message was accepted',
    );
    await bench.receive(50);
    const seen = new Set<string>();
    for (let index = 0; index < COUNT; index += 1) {
      const delivery = (await bench.arrivals(index + 1))[index];
      expectThat(delivery !== undefined, 'a delivery is missing');
      const text = textOf(delivery);
      expectThat(
        delivery.message.headers.get('x-text') === text,
        `"${text}" came with the header ${delivery.message.headers.get('x-text')}`,
      );
      seen.add(text);
      await delivery.ack();
    }
    expectThat(seen.size === COUNT, `${seen.size} of ${COUNT} messages came`);
    await bench.transport.close();
    return 'proven';
  },
};
