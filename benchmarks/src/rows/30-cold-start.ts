import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'cold start: import core and transport, start a bus with one endpoint',
    unit: 'ms',
    rounds: 10,
    ours: async () => {
      const begin = performance.now();
      const { createBus, defineCommand, endpoint, handler } = await import('@waybill/core');
      const { memory } = await import('@waybill/transport-memory');
      const Ping = defineCommand<{ readonly at: number }>('bench.ping');
      const bus = createBus({ transport: memory(), endpoints: [endpoint('bench', { handlers: [handler(Ping, () => undefined)] })] });
      await bus.start();
      const took = performance.now() - begin;
      await bus.stop();
      return took;
    },
    peers: {},
    targets: [{ atMost: 50 }],
  },
];
