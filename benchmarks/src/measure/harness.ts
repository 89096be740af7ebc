import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import { createTestHarness } from '@waybill/testing';

const Submit = defineCommand<{ readonly orderId: string; readonly fails: number }>('bench.submit');
const Submitted = defineEvent<{ readonly orderId: string }>('bench.submitted');

/** One endpoint whose handler fails as often as it is told; redeliveries a day apart. */
function bench() {
  const submit = handler(Submit, async ({ orderId, fails }, context) => {
    if (context.attempt <= fails) throw new Error('not yet');
    await context.publish(Submitted, { orderId });
  });
  return endpoint('bench', { handlers: [submit], recovery: { redeliver: ['1d', '1d', '1d'] } });
}

/** Milliseconds for a harness to start, handle one message, and stop. */
export async function oneMessage(): Promise<number> {
  const begin = performance.now();
  const harness = await createTestHarness({ endpoints: [bench()] });
  await harness.bus.send(Submit, { orderId: '1', fails: 0 });
  await harness.published(Submitted, { orderId: '1' });
  await harness.stop();
  return performance.now() - begin;
}

/** Milliseconds for three days to pass, with three redeliveries in them. */
export async function threeDays(): Promise<number> {
  const harness = await createTestHarness({ endpoints: [bench()] });
  await harness.bus.send(Submit, { orderId: '1', fails: 3 });
  const begin = performance.now();
  await harness.advance('3d');
  const took = performance.now() - begin;
  if ((await harness.consumed(Submit)).attempt !== 4) throw new Error('three redeliveries were expected');
  await harness.stop();
  return took;
}

/** The median of what tests after the first take in one process. */
export async function afterTheFirst(measure: () => Promise<number>): Promise<number> {
  await measure();
  const figures: number[] = [];
  for (let index = 0; index < 21; index += 1) figures.push(await measure());
  return figures.toSorted((a, b) => a - b)[10] as number;
}
