import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ControlledProcess } from '@waybill/fault-kit';
import { expect, it } from 'vitest';

import { HistoryReader } from '../../src/history/history-reader.ts';
import { HistoryWriter } from '../../src/history/history-writer.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'waybill-chaos-test-'));

it('gives each line once, whoever wrote it, and none before it is whole', () => {
  const folder = newFolder();
  const reader = new HistoryReader(folder);
  const kinds = (): readonly string[] => Array.from(reader.newLines(), ({ by, kind }) => `${by} ${kind}`);
  expect(kinds()).toEqual([]);
  new HistoryWriter(folder, 'b.1').write({ kind: 'up' });
  const writer = new HistoryWriter(folder, 'a.1');
  writer.write({ kind: 'up' });
  appendFileSync(join(folder, 'a.1.jsonl'), '{"t":1,"by":"a.1",');
  expect(kinds()).toEqual(['a.1 up', 'b.1 up']);
  expect(kinds()).toEqual([]);
  appendFileSync(join(folder, 'a.1.jsonl'), '"kind":"stopping"}\n');
  expect(kinds()).toEqual(['a.1 stopping']);
});

it('reads more than one piece of a large file', () => {
  const folder = newFolder();
  const writer = new HistoryWriter(folder, 'a.1');
  const what = 'x'.repeat(700_000);
  for (let count = 0; count < 4; count += 1) writer.write({ kind: 'trouble', what });
  expect(Array.from(new HistoryReader(folder).newLines())).toHaveLength(4);
});

it('what a process has written outlives its kill', async () => {
  const folder = newFolder();
  const script = `
    const { HistoryWriter } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/history/history-writer.ts'))});
    const writer = new HistoryWriter(${JSON.stringify(folder)}, 'a.1');
    for (let n = 0; n < 1000; n += 1) writer.write({ kind: 'begun', id: String(n), at: 'work' });
    process.kill(process.pid, 'SIGKILL');`;
  const end = await new ControlledProcess({ program: process.execPath, parameters: ['--input-type=module', '-e', script], stdio: 'ignore' })
    .ended;
  expect(end.signal).toBe('SIGKILL');
  expect(Array.from(new HistoryReader(folder).newLines())).toHaveLength(1_000);
});
