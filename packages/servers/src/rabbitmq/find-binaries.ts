import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's real scripts: those in /usr/sbin become another user, and start the node of the machine. */
const DEBIAN = '/usr/lib/rabbitmq/bin';

/** The folder with `rabbitmq-server` and `rabbitmqctl` that start a private node, or undefined. */
export function findBinaries(): string | undefined {
  return [DEBIAN, ...searchPath().filter((folder) => folder !== '/usr/sbin')].find((folder) => existsSync(join(folder, 'rabbitmq-server')));
}

/** The `rabbitmqctl` that speaks with the node of the machine: on Debian the one that becomes the node's user. */
export function findMachineCtl(): string | undefined {
  return ['/usr/sbin', ...searchPath()].map((folder) => join(folder, 'rabbitmqctl')).find((path) => existsSync(path));
}

function searchPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}
