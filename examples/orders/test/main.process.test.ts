import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const textOf = (file: string): string => readFileSync(pathOf(file), 'utf8').replaceAll('\r\n', '\n');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function demo(...args: readonly string[]): Promise<Ended> {
  const command = ['--conditions=@waybill/source', pathOf('../../../scripts/demo.ts'), ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, stdout, stderr };
}

describe.concurrent('the order story', { timeout: 60_000 }, () => {
  it('is the demo, and prints what expected-output.txt holds, to standard output alone', async () => {
    const { status, stdout, stderr } = await demo();
    expect(stderr).toBe('');
    expect(stdout).toBe(textOf('../expected-output.txt'));
    expect(status).toBe(0);
  });

  it('begins as the README of the repository shows', () => {
    const shown = /```text\n([^]*?)\n```/.exec(textOf('../../../README.md'))?.[1] ?? 'nothing is shown';
    expect(textOf('../expected-output.txt').startsWith(`${shown}\n`)).toBe(true);
    expect(shown.split('\n').length).toBeGreaterThan(10);
  });

  it('shows log lines between with --verbose, and a sequence diagram with --mermaid', async () => {
    expect((await demo('orders', '--verbose')).stdout).toContain('· log error: message.dead-lettered:');
    const { stdout, status } = await demo('orders', '--mermaid');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^sequenceDiagram\n {2}participant customer\n/);
    expect(stdout).toContain('  note over payments: fails, comes again later\n');
    expect(stdout).toContain('  operator-->>payments: returns payments.take-payment\n');
  });

  it('explains itself, and names what is wrong with an option', async () => {
    expect(await demo('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--transport <name>') as string });
    const wrong = await demo('--transport', 'pigeon');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toContain('There is no transport "pigeon". There are: memory, rabbitmq.');
    expect((await demo('--store', 'paper')).stderr).toContain('There is no store "paper". There are: memory, postgres.');
    expect((await demo('--store', 'postgres')).stderr).toContain('Add --transport rabbitmq.');
    expect((await demo('--database', 'postgres://db')).stderr).toContain('Add --store postgres.');
    expect((await demo('--mermiad')).status).toBe(2);
    expect((await demo('--url', 'amqp://broker')).stderr).toContain('Add --transport rabbitmq.');
    const nobody = await demo('--transport', 'rabbitmq', '--url', 'amqp://user:secret@127.0.0.1:1');
    expect(nobody).toMatchObject({ status: 1, stdout: '' });
    expect(nobody.stderr).toContain('RabbitMQ does not answer at amqp://user@127.0.0.1:1, the address that was given');
  });
});
