import { jsonRoundTrip } from '../measure/json-round-trip.ts';
import { memoryBus } from '../measure/memory-bus.ts';
import { Order } from '../measure/order.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'memory transport, JSON, send → handled',
  unit: 'msg/s',
  ours: async () => throughput(await memoryBus()),
  peers: {
    'JSON round trip': () => throughput(jsonRoundTrip),
    '@node-ts/bus-core': nodeTsBus,
  },
  targets: [
    { against: 'JSON round trip', atLeast: 0.6 },
    { against: '@node-ts/bus-core', atLeast: 100 },
  ],
};

/** The peer with its in-memory queue and its defaults. */
async function nodeTsBus(): Promise<number> {
  const { Bus, handlerFor } = await import('@node-ts/bus-core');
  const { Command } = await import('@node-ts/bus-messages');
  class SubmitOrder extends Command {
    $name = 'bench/submit-order';
    $version = 0;
    order = new Order(0);
  }
  let left = 0;
  let allHandled: () => void = () => undefined;
  const quiet = { debug: ignore, trace: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  const bus = Bus.configure()
    .withLogger(() => quiet)
    .withConcurrency(16)
    .withHandler(
      handlerFor(SubmitOrder, () => {
        left -= 1;
        if (left === 0) allHandled();
      }),
    )
    .build();
  await bus.initialize();
  await bus.start();
  return throughput(async (count) => {
    left = count;
    const handled = new Promise<void>((resolve) => {
      allHandled = resolve;
    });
    for (let index = 0; index < count; index += 1) await bus.send(new SubmitOrder());
    await handled;
  });
}

const ignore = (): void => undefined;
