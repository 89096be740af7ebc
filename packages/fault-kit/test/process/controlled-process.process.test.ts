import { once } from 'node:events';
import { existsSync } from 'node:fs';

import { expect, it } from 'vitest';

import { ControlledProcess } from '../../src/index.ts';

const start = (code: string): ControlledProcess =>
  new ControlledProcess({ program: process.execPath, parameters: ['-e', code], stdio: ['ignore', 'pipe', 'ignore'] });
const LIVES = 'setInterval(() => {}, 1000);';

async function begun(one: ControlledProcess): Promise<void> {
  if (one.child.stdout !== null) await once(one.child.stdout, 'data');
}

it('is asked to end, and ends', async () => {
  await using one = start(`process.on('SIGTERM', () => process.exit(0)); console.log('.'); ${LIVES}`);
  await begun(one);
  await expect(one.stop(20_000)).resolves.toEqual({ exitCode: 0, signal: null });
  expect(one.faults.faults.map(({ kind, hits }) => [kind, hits])).toEqual([['stop', 1]]);
  await one.stop(20_000);
  expect(one.faults.happened('stop')).toBe(1);
});

it('is ended where it does not obey', async () => {
  await using one = start(`process.on('SIGTERM', () => {}); console.log('.'); ${LIVES}`);
  await begun(one);
  await expect(one.stop(100)).resolves.toEqual({ exitCode: null, signal: 'SIGKILL' });
});

it('says that a program that is not there has not run', async () => {
  await using one = new ControlledProcess({ program: '/absent', stdio: 'ignore' });
  const { exitCode } = await one.ended;
  expect(exitCode).not.toBe(0);
  await one.kill();
  expect(one.faults.faults).toEqual([]);
});

it.runIf(existsSync('/usr/bin/setpriv'))('does not outlive us, though we are killed', async () => {
  const module = new URL('../../src/process/controlled-process.ts', import.meta.url).href;
  const code = `const { ControlledProcess } = await import('${module}');
    const one = new ControlledProcess({ program: process.execPath, parameters: ['-e', '${LIVES}'], stdio: 'ignore' });
    console.log(one.child.pid); ${LIVES}`;
  await using parent = new ControlledProcess({
    program: process.execPath,
    parameters: ['--input-type=module', '-e', code],
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = parent.child.stdout === null ? [] : await once(parent.child.stdout, 'data');
  const pid = Number(said);
  expect(() => process.kill(pid, 0)).not.toThrow();
  await parent.kill();
  await expect.poll(() => isThere(pid), { timeout: 10_000 }).toBe(false);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
