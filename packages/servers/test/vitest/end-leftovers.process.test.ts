import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { endLeftovers } from '../../src/vitest/end-leftovers.ts';

it('kills what a test file left running, and names it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-leftovers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = once(left, 'exit');
  mkdirSync(join(folder, 'waybill-rabbitmq-1'));
  writeFileSync(join(folder, 'waybill-rabbitmq-1', 'rabbitmq.pid'), String(left.pid));
  await expect(endLeftovers(folder)).resolves.toEqual([
    `${join('waybill-rabbitmq-1', 'rabbitmq.pid')} (process ${left.pid}) was still running, and is killed`,
  ]);
  await expect(ended).resolves.toEqual([null, 'SIGKILL']);
});
