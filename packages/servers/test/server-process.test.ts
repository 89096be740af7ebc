import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished, vi } from 'vitest';

import { runCommand } from '../src/run-command.ts';
import { ServerProcess } from '../src/server-process.ts';

it('starts, writes its process id down, ends and starts again', async () => {
  const { server, folder } = serverThat('console.log("ready"); setInterval(() => {}, 1000)');
  const isReady = async (): Promise<void> => expect(server.output()).toContain('ready');
  await server.start(isReady);
  expect(server.isRunning).toBe(true);
  expect(existsSync(join(folder, 'server.pid'))).toBe(true);
  await server.stop('SIGTERM');
  expect(server.isRunning).toBe(false);
  expect(existsSync(join(folder, 'server.pid'))).toBe(false);
  await server.start(isReady);
  await server.stop('SIGKILL');
  expect(server.isRunning).toBe(false);
  server.removeFolder();
  expect(existsSync(folder)).toBe(false);
});

it('fails with its last words when it ends while it starts', async () => {
  const { server } = serverThat('console.error("the port is taken"); process.exit(3)');
  await expect(server.start(() => Promise.reject(new Error('nobody answers')))).rejects.toThrow(
    'server ended while it started: the port is taken',
  );
  server.removeFolder();
});

it('fails where there is no such program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-process-'));
  const server = new ServerProcess({ folder, name: 'server', program: join(folder, 'absent'), parameters: [], environment: {} });
  await expect(server.start(() => Promise.reject(new Error('nobody answers')))).rejects.toThrow('server ended while it started');
  server.removeFolder();
});

it.runIf(existsSync('/usr/bin/setpriv'))('does not outlive us, though we are killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const module = new URL('../src/server-process.ts', import.meta.url).href;
  const options = { folder, name: 'server', program: process.execPath, parameters: ['-e', 'setInterval(() => {}, 1000)'], environment: {} };
  const code = `const { ServerProcess } = await import('${module}'); await new ServerProcess(${JSON.stringify(options)}).start(async () => {}); process.kill(process.pid, 'SIGKILL');`;
  const { exitCode } = await runCommand(process.execPath, ['--input-type=module', '-e', code]);
  expect(exitCode).toBe(-1);
  const pid = Number(readFileSync(join(folder, 'server.pid'), 'utf8'));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 5000 });
});

function serverThat(code: string): { readonly server: ServerProcess; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-process-'));
  const server = new ServerProcess({
    folder,
    name: 'server',
    program: process.execPath,
    parameters: ['-e', code],
    environment: process.env,
  });
  return { server, folder };
}
