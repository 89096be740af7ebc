import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ControlledProcess } from '@waybill/fault-kit';
import { expect, it } from 'vitest';

import { HistoryReader } from '../../src/history/history-reader.ts';
import { HistoryWriter } from '../../src/history/history-writer.ts';
import { Monitor } from '../../src/monitor.ts';

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

it('does not look any more at what a process wrote that has ended: a run reads while its proxies carry', () => {
  const folder = newFolder();
  const monitor = new Monitor(folder);
  const writer = new HistoryWriter(folder, 'a.1');
  writer.write({ kind: 'up' });
  monitor.tell({ kind: 'ended', who: 'a.1', how: 'asked', code: 0, signal: null });
  monitor.refresh();
  writer.write({ kind: 'stopped', ms: 1 }); // before the end in time, and read behind it
  monitor.refresh();
  rmSync(join(folder, 'a.1.jsonl'));
  mkdirSync(join(folder, 'a.1.jsonl'));
  monitor.refresh(); // a folder cannot be read
  expect(monitor.books.life('a.1')).toMatchObject({ isUp: true, stopMs: 1 });
  monitor.close();
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
