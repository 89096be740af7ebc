import { afterAll, describe, it } from 'vitest';
import { testTransport, verdictMatrix } from '@waybill/conformance';
import type { MemoryLikeness } from '../src/index.ts';
import { memoryHarness } from './support/memory-harness.ts';

const LIKE: readonly (MemoryLikeness | undefined)[] = [undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'];

const matrix = verdictMatrix();

// some cases start a process of their own, which gets what a busy machine has left: the bound is for what hangs
describe('in each form', { timeout: 60_000 }, () => {
  for (const like of LIKE)
    testTransport(like === undefined ? 'memory' : `memory like ${like}`, memoryHarness(like), { describe, it }, matrix.record);
});

afterAll(() => void process.stdout.write(`\n${matrix.toText()}\n`)); // not by the console: it is silent while all is well
