import { passAsync } from '../measure/memory-bus.ts';
import { commandBus, functions, mediator } from '../measure/mediator.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'mediator with three asynchronous middleware',
    unit: 'msg/s',
    ours: (pace) => throughput(mediator({ middleware: [passAsync, passAsync, passAsync] }), pace),
    peers: {
      'NestJS CommandBus, three layers': (pace) => throughput(commandBus(3), pace),
      'NestJS CommandBus, bare': (pace) => throughput(commandBus(), pace),
      'three functions, no bus': (pace) => throughput(functions(3), pace),
    },
    targets: [
      { against: 'NestJS CommandBus, three layers', atLeast: 1.5 },
      { against: 'NestJS CommandBus, bare', atLeast: 0.9 },
    ],
    note: 'A layer is an asynchronous function that awaits the next; three of them cost a promise each, with a bus or without.',
  },
];
