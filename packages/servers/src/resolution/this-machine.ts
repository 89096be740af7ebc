import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { runCommand } from '../run-command.ts';
import type { ContainerImage, RunningContainer } from '../server-kind.ts';
import type { Machine } from './machine.ts';

/** The machine this runs on; data of servers stands in `folder`. */
export function thisMachine(folder: string): Machine {
  return {
    environment: process.env,
    dockerProblem: async () => {
      const { exitCode, output } = await runCommand('docker', ['info'], { timeoutMs: 5000 }); // the client alone may be installed, without an engine
      return exitCode === 0 ? undefined : `docker info fails: ${output.trim().split('\n').at(-1) ?? ''}`;
    },
    startContainer,
    makeFolder: (name) => mkdtempSync(join(folder, `${name}-`)),
  };
}

async function startContainer({ name, port, environment = {}, urlAt }: ContainerImage): Promise<RunningContainer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const image = new GenericContainer(name).withEnvironment({ ...environment }).withExposedPorts(port);
  const container = await image.withWaitStrategy(Wait.forListeningPorts()).start();
  return {
    url: urlAt(container.getHost(), container.getMappedPort(port)),
    run: ([program = '', ...parameters]) => container.exec([program, ...parameters]),
    stop: async () => void (await container.stop()),
  };
}
