import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import type { Bus, DeadLetters } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';
import type { QueueType } from '../src/index.ts';
import { rabbitmq } from '../src/index.ts';

const Charge = defineCommand<{ readonly n: number }>('letters.charge');
const COUNT = 60;
const PATIENCE = { timeout: 20_000, interval: 25 };
const ALL = Array.from({ length: COUNT }, (_, n) => n);

await describeServer('rabbitmq', (server) => {
  it.each<{ readonly queue: QueueType }>([{ queue: 'classic' }, { queue: 'quorum' }])(
    'dead letters that are listed 100 times, in pages and by two processes at once, are all there, in order, uncounted: $queue queues',
    async ({ queue }) => {
      const endpointName = `${server.prefix}letters-${queue}`;
      let isFailing = true;
      const handled: number[] = [];
      const newBus = async (): Promise<Bus> => {
        const charge = handler(Charge, ({ n }) => {
          if (isFailing) throw new Error('no answer');
          handled.push(n);
        });
        const bus = createBus({
          name: 'letters',
          transport: rabbitmq({ url: server.url, queue }),
          endpoints: [endpoint(endpointName, { handlers: [charge], concurrency: 1, recovery: { retries: 0 } })],
          provisioning: 'apply',
          logger: silentLogger,
        });
        await bus.start();
        return bus;
      };
      const [bus, another] = [await newBus(), await newBus()];
      await another.endpoint(endpointName).pause(); // one alone handles, and so the order is known
      for (const n of ALL) await bus.send(Charge, { n }, { to: endpointName });
      const [letters, others] = [bus.deadLetters(endpointName), another.deadLetters(endpointName)];
      await expect.poll(() => letters.count(), PATIENCE).toBe(COUNT);

      for (let round = 0; round < 10; round += 1) {
        for (let listing = 0; listing < 3; listing += 1) expect(await numbersOf(letters)).toEqual(ALL);
        for (let listing = 0; listing < 2; listing += 1) expect(await pagesOf(letters, 25)).toEqual(ALL);
        const atOnce = [letters, others, letters, others];
        expect(await Promise.all(atOnce.map((one) => numbersOf(one)))).toEqual(atOnce.map(() => ALL));
        expect(await Promise.all([letters.count(), numbersOf(letters), others.count()])).toEqual([COUNT, ALL, COUNT]);
      }
      expect(await numbersOf(letters)).toEqual(ALL);
      expect(await letters.count()).toBe(COUNT);

      isFailing = false;
      const returned = await letters.return(({ body }) => numberIn(body) % 2 === 0);
      expect(returned.outcomes.filter(({ status }) => status === 'returned').length).toBe(COUNT / 2);
      await expect.poll(() => handled.toSorted((a, b) => a - b), PATIENCE).toEqual(ALL.filter((n) => n % 2 === 0));
      expect(await numbersOf(letters)).toEqual(ALL.filter((n) => n % 2 === 1));
      const discarded = await others.discard(() => true);
      expect(discarded.outcomes.filter(({ status }) => status === 'discarded').length).toBe(COUNT / 2);
      expect(await letters.count()).toBe(0);
      await Promise.all([bus.stop(), another.stop()]);
    },
    90_000, // about 100 listings, each of which takes all letters and puts them back
  );
});

const numberIn = (body: Uint8Array): number => (JSON.parse(Buffer.from(body).toString()) as { readonly n: number }).n;

async function numbersOf(letters: DeadLetters): Promise<readonly number[]> {
  const listing = letters.list();
  const numbers: number[] = [];
  for await (const { body } of listing) numbers.push(numberIn(body));
  expect(listing.complete).toBe(true);
  return numbers;
}

async function pagesOf(letters: DeadLetters, limit: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const listing = letters.list({ limit, ...(after === undefined ? {} : { after }) });
    for await (const { body } of listing) numbers.push(numberIn(body));
    expect(listing.complete).toBe(true);
    after = listing.cursor;
  } while (after !== undefined);
  return numbers;
}
