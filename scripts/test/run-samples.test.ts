import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { canRun, runSamples } from '../checks/run-samples.ts';
import { writeFiles } from './write-files.ts';

describe('the samples that are run', () => {
  it('are all but those that need their reader, a compiler or a test runner', () => {
    expect(canRun("import { retry } from '@waybill/core';\nretry.immediate(1);")).toBe(true);
    expect(canRun('declare const tracer: ITracer;')).toBe(false);
    expect(canRun('export declare const tracer: ITracer;')).toBe(false);
    expect(canRun('@handles(SubmitOrder)\nclass A {}')).toBe(false);
    expect(canRun('class A {\n  @handles(SubmitOrder)\n  a() {}\n}')).toBe(false);
    expect(canRun("import { test } from 'node:test';")).toBe(false);
  });

  it('fail with their place where they throw, at once or later', async () => {
    const codes = {
      'fine.ts': 'const waits: number = 1;\nsetInterval(() => waits, 1_000);',
      'throws.ts': "console.log('no');\nthrow new Error('at once');",
      'rejects.ts': "void Promise.reject(new Error('later'));\nawait new Promise((resolve) => setImmediate(resolve));",
    };
    using folder = writeFiles({ ...codes, 'package.json': '{ "type": "module" }' });
    const samples = Object.entries(codes).map(([name, code]) => ({ path: join(folder.root, name), place: `docs/${name}:1`, code }));
    expect(await runSamples(samples)).toEqual([
      'docs/throws.ts:1  The sample does not run: Error: at once\ndocs/rejects.ts:1  The sample does not run: Error: later',
    ]);
    expect(await runSamples(samples.slice(0, 1))).toEqual([]);
  });
});
