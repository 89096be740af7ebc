import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const PRODUCERS = 50;
const MESSAGES = 20;
const RECEIVERS = 10;

export const fiftyProducersTenReceivers: TransportCase = {
  name: '50 producers of 20 messages and 10 receivers: every message comes once, none that nobody sent',
  number: 5,
  group: 'sending',
  run: async (harness) => {
    const first = await Bench.open(harness);
    const others = await Promise.all(Array.from({ length: RECEIVERS - 1 }, () => first.join()));
    const benches = [first, ...others];
    await Promise.all(benches.map((bench) => bench.consume(10)));
    const sent = new Set<string>();
    const produce = async (bench: Bench): Promise<void> => {
      for (let n = 0; n < MESSAGES; n += 1) {
        const entry = bench.entry(`message ${n}`);
        sent.add(entry.headers.get(HEADERS.id) as string);
        await bench.sendAccepted(entry);
      }
    };
    await Promise.all(Array.from({ length: PRODUCERS }, (_, index) => produce(benches[index % RECEIVERS] as Bench)));
    const ids = (): readonly (string | undefined)[] =>
      benches.flatMap(({ arrived }) => arrived.map(({ message }) => message.headers.get(HEADERS.id)));
    await harness.until(
      'all messages',
      () => new Set(ids()).size >= sent.size,
      () => `${ids().length} came`,
    );
    await harness.quiet();
    expectThat(ids().length === PRODUCERS * MESSAGES, `${ids().length} deliveries of ${PRODUCERS * MESSAGES} acked messages`);
    expectThat(
      ids().every((id) => id !== undefined && sent.has(id)),
      'a message came that nobody sent',
    );
    for (const bench of benches) await bench.close();
    return 'proven';
  },
};
