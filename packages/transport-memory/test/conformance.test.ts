import { describe, it } from 'vitest';
import { testTransport } from '@waybill/conformance';
import { memory, memoryBroker, type MemoryLikeness } from '../src/index.ts';

const LIKE: readonly (MemoryLikeness | undefined)[] = [undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'];

for (const like of LIKE) {
  const broker = memoryBroker(like === undefined ? {} : { like });
  testTransport(like === undefined ? 'memory' : `memory like ${like}`, { create: () => memory({ broker }) }, { describe, it });
}
