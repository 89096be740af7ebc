import { readFileSync } from 'node:fs';
import { describeServer } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';

import { ExampleProcess } from './support/example-process.ts';

const expected = readFileSync(new URL('../expected-output.txt', import.meta.url), 'utf8').replaceAll('\r\n', '\n');

await describeServer('rabbitmq', (server) => {
  it('tells on RabbitMQ the same story, word for word, and waits in earnest', { timeout: 150_000 }, async () => {
    const begun = performance.now();
    await using demo = new ExampleProcess(['orders', '--transport', 'rabbitmq', '--url', server.url]);
    const exitCode = await demo.exitCode();
    expect({ exitCode, stderr: demo.stderr }).toMatchObject({ exitCode: 0 });
    expect(demo.stdout).toBe(expected);
    expect(performance.now() - begun).toBeGreaterThan(32_000); // two retries after 1 s, one redelivery after 30 s
  });

  it('ends when it is told to, and says nothing of a story that is not over', { timeout: 60_000 }, async () => {
    await using demo = new ExampleProcess(['orders', '--transport', 'rabbitmq', '--url', server.url]);
    await demo.printed((stdout) => stdout.includes('attempt 1 fails'));
    demo.terminate();
    expect(await demo.exitCode()).toBe(1);
    expect(demo.stdout).not.toContain('Lost:');
    expect(demo.stderr).not.toContain('Error');
  });
});

await describeServer('postgres', (database) =>
  describeServer('rabbitmq', (server) => {
    it('tells it once more with its orders, outbox and inbox in PostgreSQL', { timeout: 240_000 }, async () => {
      const stores = ['--store', 'postgres', '--database', database.url];
      await using demo = new ExampleProcess(['orders', '--transport', 'rabbitmq', '--url', server.url, ...stores]);
      const exitCode = await demo.exitCode();
      expect({ exitCode, stderr: demo.stderr }).toMatchObject({ exitCode: 0 });
      expect(demo.stdout).toBe(expected);
      expect(demo.stderr).toContain('PostgreSQL ');
    });
  }),
);
