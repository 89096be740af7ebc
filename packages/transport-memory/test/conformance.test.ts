import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import type { OwnProcessEnd } from '@waybill/conformance';
import { runAlone, testTransport, verdictMatrix } from '@waybill/conformance';
import type { MemoryLikeness } from '../src/index.ts';
import { memoryHarness } from './support/memory-harness.ts';

const LIKE: readonly (MemoryLikeness | undefined)[] = [undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'];

const matrix = verdictMatrix();

/** One process for all forms: it ends when none of them holds it. */
function processOfAllForms(): () => Promise<OwnProcessEnd> {
  let ended: Promise<OwnProcessEnd> | undefined;
  const forms = LIKE.map((like) => like ?? 'memory');
  return () => (ended ??= runAlone(join(import.meta.dirname, 'support/own-process.ts'), forms, 50_000));
}

// one case starts a process of its own, which gets what a busy machine has left: the bound is for what hangs
describe('in each form', { timeout: 60_000 }, () => {
  const alone = processOfAllForms();
  for (const like of LIKE) {
    const name = like === undefined ? 'memory' : `memory like ${like}`;
    testTransport(name, { ...memoryHarness(like), alone }, { describe, it }, matrix.record);
  }
});

afterAll(() => void process.stdout.write(`\n${matrix.toText()}\n`)); // not by the console: it is silent while all is well
