import { commandBus, emittery, functions, mediator, publishing } from '../measure/mediator.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'mediator without middleware, send to one asynchronous handler',
    unit: 'msg/s',
    ours: (pace) => throughput(mediator(), pace),
    peers: {
      'NestJS CommandBus, bare': (pace) => throughput(commandBus(), pace),
      'the handler, no bus': (pace) => throughput(functions(0), pace),
    },
    targets: [],
  },
  {
    title: 'mediator without middleware, publish to one asynchronous handler',
    unit: 'msg/s',
    ours: (pace) => throughput(publishing(), pace),
    peers: { 'emittery, one listener': (pace) => throughput(emittery(), pace) },
    targets: [],
    note: 'Both are awaited, and reject when the handler does. A handler of the mediator gets a context besides, with ids, a signal and the five verbs.',
  },
];
