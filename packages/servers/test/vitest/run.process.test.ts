import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { runCommand } from '../../src/run-command.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs');
const WHERE_NO_DOCKER_IS = { PATH: join(root, 'absent'), WAYBILL_SERVER_SOURCES: 'docker', NO_COLOR: '1' };

it.concurrent('shows tests without a server as not run, and says why', async () => {
  const { exitCode, output } = await run(WHERE_NO_DOCKER_IS);
  expect(output).toMatch(/Tests +4 skipped \(4\)/);
  expect(output).toMatch(
    / {2}RabbitMQ: 0 tests run, 4 not run\. There is no RabbitMQ \(by Docker: docker info fails: spawn docker ENOENT\)/,
  );
  expect(exitCode).toBe(0);
});

it.concurrent('fails where the server is required', async () => {
  const { exitCode, output } = await run({ ...WHERE_NO_DOCKER_IS, WAYBILL_REQUIRE: 'all' });
  expect(output).toContain('Set WAYBILL_RABBITMQ_URL to the address of one');
  expect(output).toContain('FAIL  rabbitmq is required by WAYBILL_REQUIRE, and no test ran against it.');
  expect(exitCode).toBe(1);
});

function run(environment: NodeJS.ProcessEnv): ReturnType<typeof runCommand> {
  const parameters = [vitest, 'run', '--project', 'broker', 'packages/servers/test/rabbitmq/virtual-host', '--root', root];
  return runCommand(process.execPath, parameters, { environment });
}
