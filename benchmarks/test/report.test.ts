import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { changeText, worseThan } from '../src/report/change.ts';
import { lastCommitted } from '../src/report/last-committed.ts';
import { renderReport } from '../src/report/render-report.ts';
import type { Report } from '../src/report/report.ts';
import type { Row, Unit } from '../src/row.ts';
import type { RowResult } from '../src/run-row.ts';

const never = () => Promise.reject(new Error('nothing is measured here'));
const row = (title: string, unit: Unit, others: Partial<Row> = {}): Row => ({
  title,
  unit,
  ours: never,
  peers: {},
  targets: [],
  ...others,
});
const report = (...rows: readonly RowResult[]): Report => ({ machine: '2 × test', node: 'v1', date: '2026-01-01', rounds: 3, rows });

/** A result whose rounds are all alike but for a little. */
const alone = (title: string, unit: Unit, ours: number): RowResult => ({ title, unit, ours, oursByRound: around(ours), peers: [] });
const beside = (title: string, unit: Unit, ours: number, name: string, figure: number, against: number): RowResult => ({
  ...alone(title, unit, ours),
  peers: [{ name, figure, against, againstByRound: around(against) }],
});
const around = (middle: number): readonly number[] => [middle * 0.99, middle, middle * 1.01];

describe('a change since the last committed table', () => {
  it.each([
    [106, 100, '**+6 %**'],
    [94, 100, '**−6 %**'],
    [105.2, 100, '**+5 %**'],
    [105, 100, '='],
    [95, 100, '='],
    [-80, -100, '**+20 %**'],
    [100, undefined, 'new'],
    [100, 0, 'new'],
  ])('of %d after %d is %s', (now, before, text) => {
    expect(changeText(now, before)).toBe(text);
  });
});

describe('the tables', () => {
  it('show a target of the figure itself beside those against peers', () => {
    const targets = [{ atMost: 10 }, { against: 'peer', atMost: 1 }];
    const now = report(beside('from commit to handler', 'ms', 12, 'peer', 16, 0.75));
    expect(renderReport(now, [row('from commit to handler', 'ms', { targets })], undefined)).toContain('| ≤ 10.0 ms ✗; ≤ 1.00 × ✓ |');
  });

  it('show ours beside each peer, the target and whether it holds, and mark what changed by more than 5 %', () => {
    const paths = [
      row('fast path', 'msg/s', { targets: [{ against: 'peer', atLeast: 1.5 }], note: 'a note' }),
      row('small path', 'B/msg', { compare: 'difference', targets: [{ against: 'peer', atMost: 1_024 }] }),
      row('start', 'ms', { targets: [{ atMost: 50 }] }),
      row('not measured', 'ms'),
    ];
    const now = report(
      beside('fast path', 'msg/s', 2_000_000, 'peer', 1_000_000, 2),
      beside('small path', 'B/msg', 3_000, 'peer', 600, 2_400),
      alone('start', 'ms', 40),
    );
    const before = report(beside('fast path', 'msg/s', 1, 'peer', 1, 1.8), beside('small path', 'B/msg', 1, 'peer', 1, 2_390));
    expect(renderReport(now, paths, before))
      .toBe(`Machine: 2 × test; Node v1; 2026-01-01; medians of 3 rounds forth and back, each figure from fresh processes.
The last committed table is of 2026-01-01, from 2 × test, Node v1.

| path | ours | peer | theirs | ours against theirs | target | since the last table |
|---|--:|---|--:|--:|---|---|
| fast path | 2.00 M/s | peer | 1.00 M/s | 2.00 × | ≥ 1.50 × ✓ | **+11 %** |
| small path | 3000 B | peer | 600 B | +2400 B | ≤ +1024 B ✗ | = |
| start | 40.0 ms |  |  |  | ≤ 50.0 ms ✓ | new |

- *fast path*: a note
`);
  });

  it('show what latency may be added, and by how much the worst may be worse', () => {
    const paths = [
      row('median', 'ms', { compare: 'difference', targets: [{ against: 'peer', atMost: 0.2 }] }),
      row('99th percentile', 'ms', { targets: [{ against: 'peer', atMost: 1.25 }] }),
    ];
    const now = report(beside('median', 'ms', 1.034, 'peer', 0.9, 0.134), beside('99th percentile', 'ms', 12.5, 'peer', 9.6, 1.3));
    const lines = renderReport(now, paths, undefined).split('\n');
    expect(lines).toContain('| median | 1.03 ms | peer | 0.90 ms | +0.13 ms | ≤ +0.20 ms ✓ | new |');
    expect(lines).toContain('| 99th percentile | 12.5 ms | peer | 9.60 ms | 1.30 × | ≤ 1.25 × ✗ | new |');
  });

  it('name the servers that were measured on', () => {
    const [line] = renderReport({ ...report(), servers: ['RabbitMQ 3.10.8'] }, [], undefined).split('\n');
    expect(line).toMatch(/^Machine: 2 × test; Node v1; RabbitMQ 3\.10\.8; 2026-01-01;/);
  });

  it('say when they are not by the clock', () => {
    const text = 'Rates are by the processor time of the measuring thread, not by the clock.';
    expect(renderReport({ ...report(), clock: 'processor' }, [], undefined)).toContain(text);
    expect(renderReport({ ...report(), clock: 'wall' }, [], undefined)).not.toContain(text);
  });

  it('show what an option costs in time and in memory, in one line', () => {
    const costs = [row('an option', 'ns/msg', { section: 'costs' }), row('an option', 'B/msg', { section: 'costs' })];
    const now = report(
      beside('an option', 'ns/msg', 1_200, 'the defaults', 1_000, 1.2),
      beside('an option', 'B/msg', 900, 'the defaults', 1_000, -100),
    );
    const before = report(beside('an option', 'ns/msg', 1, 'the defaults', 1, 1), beside('an option', 'B/msg', 920, 'the defaults', 1, 1));
    const lines = renderReport(now, costs, before).split('\n');
    expect(lines).toContain('## What each option costs on the memory transport');
    expect(lines).toContain('| an option | 1200 ns | 1000 ns | +200 ns (+20 %) | **+20 %** | 900 B | 1000 B | −100 B | = |');
  });
});

describe('the gate', () => {
  const then = report(beside('path', 'msg/s', 1, 'peer', 1, 2), alone('start', 'ms', 40), beside('bytes', 'B/msg', 1, 'peer', 1, 1_000));

  it('lets pass what is as good, better, new, or not much worse', () => {
    expect(worseThan(then, then)).toEqual([]);
    const better = report(beside('path', 'msg/s', 1, 'peer', 1, 3), alone('start', 'ms', 30), alone('new', 'ms', 1));
    expect(worseThan(then, better)).toEqual([]);
    expect(worseThan(then, report(beside('path', 'msg/s', 1, 'peer', 1, 1.85), alone('start', 'ms', 43)))).toEqual([]);
    expect(worseThan(undefined, then)).toEqual([]);
  });

  it('names what is worse by more than 10 %', () => {
    const now = report(beside('path', 'msg/s', 1, 'peer', 1, 1.7), alone('start', 'ms', 60), beside('bytes', 'B/msg', 1, 'peer', 1, 1_200));
    expect(worseThan(then, now)).toEqual([
      'path, against peer (msg/s) is worse by 15 % than in the last committed table',
      'start (ms) is worse by 50 % than in the last committed table',
      'bytes, against peer (B/msg) is worse by 20 % than in the last committed table',
    ]);
  });

  it('does not judge rounds that overlap, nor bare figures of another machine', () => {
    const scattered = report({ ...alone('start', 'ms', 60), oursByRound: [39, 60, 61] });
    expect(worseThan(then, scattered)).toEqual([]);
    expect(worseThan({ ...then, machine: 'another' }, report(alone('start', 'ms', 60)))).toEqual([]);
  });
});

describe('the last committed table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is none outside a repository, else that of the last commit, whatever lies in the folder', () => {
    expect(lastCommitted(folder)).toBeUndefined();
    const path = join(folder, 'benchmarks', 'results', 'latest.json');
    mkdirSync(join(folder, 'benchmarks', 'results'), { recursive: true });
    writeFileSync(path, JSON.stringify({ ...report(), date: 'committed' }));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: folder });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--no-gpg-sign', '--message', 'a table');
    writeFileSync(path, JSON.stringify({ ...report(), date: 'later' }));
    expect(lastCommitted(folder)?.date).toBe('committed');
  });
});
