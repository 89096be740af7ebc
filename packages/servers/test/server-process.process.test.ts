import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ServerProcess } from '../src/server-process.ts';

it('starts, writes its process id down, ends and starts again', async () => {
  const { server, folder } = serverThat('console.log("ready"); setInterval(() => {}, 1000)');
  const isReady = async (): Promise<void> => expect(server.output()).toContain('ready');
  await server.start(isReady);
  expect(server.isRunning).toBe(true);
  expect(existsSync(join(folder, 'server.pid'))).toBe(true);
  await server.stop();
  expect(server.isRunning).toBe(false);
  expect(existsSync(join(folder, 'server.pid'))).toBe(false);
  await server.start(isReady);
  await server.kill();
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
