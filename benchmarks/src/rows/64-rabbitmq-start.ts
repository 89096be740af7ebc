import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'RabbitMQ: import core and transport, connect, declare, start a bus with one endpoint',
    unit: 'ms',
    servers: ['rabbitmq'],
    ours: async (_pace, url) => {
      const begin = performance.now();
      const { createBus, defineCommand, endpoint, handler } = await import('@waybill/core');
      const { rabbitmq } = await import('@waybill/transport-rabbitmq');
      const Ping = defineCommand<{ readonly at: number }>('bench.ping');
      const bus = createBus({
        transport: rabbitmq({ url }),
        endpoints: [endpoint('bench-start', { handlers: [handler(Ping, () => undefined)] })],
      });
      await bus.start();
      const took = performance.now() - begin;
      await bus.stop();
      return took;
    },
    peers: {},
    targets: [],
    note: 'All that is declared is there already.',
  },
];
