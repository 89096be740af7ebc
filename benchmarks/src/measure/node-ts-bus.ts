import { Order } from './order.ts';
import type { Batch } from './throughput.ts';

/** The peer with its in-memory queue and its defaults. */
export async function nodeTsBus(): Promise<Batch> {
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
  return async (count) => {
    left = count;
    const handled = new Promise<void>((resolve) => {
      allHandled = resolve;
    });
    for (let index = 0; index < count; index += 1) await bus.send(new SubmitOrder());
    await handled;
  };
}

const ignore = (): void => undefined;
