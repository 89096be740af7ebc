import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findRows } from '../src/find-rows.ts';
import { linesOf } from '../src/row.ts';

/** From source: nothing is built for tests. */
function bench(...args: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '--conditions=@waybill/source', WAYBILL_RABBITMQ_URL: 'amqp://127.0.0.1:1' };
  return spawnSync(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args], { encoding: 'utf8', env });
}

describe('the benchmark', () => {
  it('measures the rows that are asked for in fresh processes, tells its progress, prints the table and writes it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
    try {
      const { status, stdout, stderr } = bench('--quick', '--rows', 'three days', '--out', folder);
      expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
        status: 0,
        stderr: 'row 1/1, round 1/1, 1 s left: test harness: three days with three redeliveries; a test after the first: ours',
      });
      expect(stdout).toMatch(/^\| test harness: three days .* ms \|/m);
      expect(readdirSync(folder)).toEqual(['latest.json', 'latest.md']);
      expect(stdout).toBe(`${readFileSync(join(folder, 'latest.md'), 'utf8')}\n`);
      expect(JSON.parse(readFileSync(join(folder, 'latest.json'), 'utf8'))).toMatchObject({ rounds: 1, rows: [{ unit: 'ms' }] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves out what needs a server that is not there, says so, and writes no table without it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
    try {
      const { status, stdout, stderr } = bench('--quick', '--rows', '64-rabbitmq', '--out', folder);
      expect({ status, written: readdirSync(folder) }).toEqual({ status: 0, written: [] });
      expect(stderr).toMatch(/^not measured: the rows that need rabbitmq\. RabbitMQ does not answer at amqp:\/\/127\.0\.0\.1:1, .*\n$/);
      expect(stdout).not.toContain('| path |');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what is wrong, and nothing of stacks', () => {
    expect(bench('--rows', 'no such row')).toMatchObject({
      status: 1,
      stderr: 'No row\'s file, section, title or unit holds "no such row". See benchmarks/src/rows.\n',
    });
    const { status, stderr } = bench('--fast');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Unknown option '--fast'/);
    expect(stderr).not.toContain('    at ');
  });
});

describe('the rows', () => {
  it('have titles of their own, and targets against peers that they have', async () => {
    const rows = (await findRows('')).flatMap(({ row }) => linesOf(row));
    expect(rows.length).toBeGreaterThan(10);
    const keys = rows.map(({ title, unit }) => `${title} (${unit})`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    for (const { targets, peers, title } of rows)
      for (const { against } of targets) expect(against === undefined || against in peers, `${title}: ${against}`).toBe(true);
  });

  it('are found by file, section, title and unit, in any case', async () => {
    const titles = async (filter: string) => (await findRows(filter)).map(({ row }) => row.title);
    expect(await titles('30-cold')).toEqual(['cold start: import core and transport, start a bus with one endpoint']);
    expect(await titles('COLD START')).toHaveLength(1);
    expect(new Set((await findRows('costs')).map(({ row }) => row.section))).toEqual(new Set(['costs']));
    expect(new Set((await findRows('rabbitmq')).map(({ row }) => row.servers?.includes('rabbitmq')))).toEqual(new Set([true]));
    expect(new Set((await findRows('b/msg')).map(({ row }) => row.unit))).toEqual(new Set(['B/msg']));
  });
});
