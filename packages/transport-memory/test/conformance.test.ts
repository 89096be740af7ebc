import { afterAll, describe, it } from 'vitest';
import { testTransport, verdictMatrix } from '@waybill/conformance';
import type { MemoryLikeness } from '../src/index.ts';
import { memoryHarness } from './support/memory-harness.ts';

const LIKE: readonly (MemoryLikeness | undefined)[] = [undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'];

const matrix = verdictMatrix();

for (const like of LIKE)
  testTransport(like === undefined ? 'memory' : `memory like ${like}`, memoryHarness(like), { describe, it }, matrix.record);

afterAll(() => void process.stdout.write(`\n${matrix.toText()}\n`)); // not by the console: it is silent while all is well
