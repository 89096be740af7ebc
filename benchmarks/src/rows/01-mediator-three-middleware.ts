import { passAsync } from '../measure/memory-bus.ts';
import { commandBus, functions, mediator } from '../measure/mediator.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'mediator with three asynchronous middleware',
  unit: 'msg/s',
  ours: () => throughput(mediator({ middleware: [passAsync, passAsync, passAsync] })),
  peers: {
    'NestJS CommandBus, three layers': () => throughput(commandBus(3)),
    'NestJS CommandBus, bare': () => throughput(commandBus()),
    'three functions, no bus': () => throughput(functions(3)),
  },
  targets: [
    { against: 'NestJS CommandBus, three layers', atLeast: 1.5 },
    { against: 'NestJS CommandBus, bare', atLeast: 0.9 },
  ],
  note: 'A layer is an asynchronous function that awaits the next; three of them cost a promise each, with a bus or without.',
};
