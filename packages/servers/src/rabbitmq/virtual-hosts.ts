import { type CommandResult, runCommand } from '../run-command.ts';
import type { RunningServer, Space, SpaceMaker } from '../server-kind.ts';
import { textOf } from '../text-of.ts';
import { findMachineCtl } from './find-binaries.ts';
import { rabbitmqVersion } from './handshake.ts';
import { RabbitmqNode } from './rabbitmq-node.ts';

/** Makes and removes virtual hosts of a broker. */
export interface VirtualHosts {
  readonly way: string;
  /** Rejects where it is not possible, or not allowed. */
  readonly check: () => Promise<void>;
  readonly add: (name: string, user: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** Virtual hosts, by the first way that proves to work; where none does, a prefix for names. */
export async function spacesOf(server: RunningServer): Promise<SpaceMaker> {
  const problems: string[] = [];
  for (const hosts of waysOf(server)) {
    try {
      await hosts.check();
      return { way: hosts.way, make: (name) => makeVirtualHost(hosts, server.url, name) };
    } catch (error) {
      problems.push(`${hosts.way}: ${textOf(error)}`);
    }
  }
  const way = `names with a prefix, since no virtual host could be made (${problems.join('; ')})`;
  return { way, make: (name) => makePrefix(server.url, name) };
}

function waysOf({ url, node, container }: RunningServer): readonly VirtualHosts[] {
  if (node instanceof RabbitmqNode) return [byManagement(node.managementUrl)];
  if (container !== undefined) return [byCtl((parameters) => container.run(['rabbitmqctl', ...parameters]))];
  const management = managementUrlOf(url);
  return [...(management === undefined ? [] : [byManagement(management)]), ...byMachineCtl(url)];
}

async function makeVirtualHost(hosts: VirtualHosts, url: string, name: string): Promise<Space> {
  const own = new URL(url);
  own.pathname = `/${encodeURIComponent(name)}`;
  await hosts.add(name, decodeURIComponent(own.username) || 'guest');
  const remove = (): Promise<void> => hosts.remove(name);
  try {
    await rabbitmqVersion(own.href); // it is this broker that has it, and not another one
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
  return { url: own.href, prefix: '', remove };
}

/** Nobody can list what such a space holds: its user removes what it made. */
async function makePrefix(url: string, name: string): Promise<Space> {
  return { url, prefix: `${name}.`, remove: async () => {} };
}

function byManagement(managementUrl: string): VirtualHosts {
  const call = async (method: string, path: string, body?: object): Promise<string> => {
    const { username, password, origin } = new URL(managementUrl);
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    const headers = { authorization: `Basic ${credentials}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(method === 'DELETE' ? 120_000 : 30_000);
    const response = await fetch(`${origin}/api/${path}`, { method, headers, signal, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path} gave ${response.status}`);
    return response.text();
  };
  const everything = { configure: '.*', write: '.*', read: '.*' };
  return {
    way: 'virtual hosts by the management API',
    check: async () => {
      if (!(await call('GET', 'whoami')).includes('administrator')) throw new Error('the user is no administrator');
    },
    add: async (name, user) => {
      await call('PUT', `vhosts/${name}`, {});
      await call('PUT', `permissions/${name}/${encodeURIComponent(user)}`, everything);
    },
    remove: async (name) => void (await call('DELETE', `vhosts/${name}`)),
  };
}

function byCtl(run: (parameters: readonly string[]) => Promise<CommandResult>): VirtualHosts {
  const call = async (...parameters: readonly string[]): Promise<void> => {
    const { exitCode, output } = await run(['--quiet', ...parameters]);
    if (exitCode !== 0) throw new Error(`rabbitmqctl ${parameters.join(' ')} failed: ${output}`);
  };
  return {
    way: 'virtual hosts by rabbitmqctl',
    check: () => call('list_vhosts'),
    add: async (name, user) => {
      await call('add_vhost', name);
      await call('set_permissions', '--vhost', name, user, '.*', '.*', '.*');
    },
    remove: (name) => call('delete_vhost', name),
  };
}

function byMachineCtl(url: string): readonly VirtualHosts[] {
  const program = isLoopback(new URL(url).hostname) ? findMachineCtl() : undefined;
  if (program === undefined) return [];
  const run = (parameters: readonly string[]): Promise<CommandResult> => runCommand(program, parameters);
  return [{ ...byCtl(run), check: () => assertListensAt(url, run) }];
}

/** There may be several brokers on a machine, and `rabbitmqctl` asks the one of the usual name. */
async function assertListensAt(url: string, ctl: (parameters: readonly string[]) => Promise<CommandResult>): Promise<void> {
  const { exitCode, output } = await ctl(['--quiet', 'status', '--formatter', 'json']);
  if (exitCode !== 0) throw new Error(`rabbitmqctl status failed: ${output}`);
  const port = new URL(url).port || '5672';
  if (!new RegExp(`"port":\\s*${port}\\b`).test(output)) throw new Error(`the broker of rabbitmqctl does not listen at port ${port}`);
}

/** That which is given; for a broker on its standard port the standard address. */
function managementUrlOf(url: string): string | undefined {
  const given = process.env['WAYBILL_RABBITMQ_MANAGEMENT_URL'];
  const { username, password, hostname, port } = new URL(url);
  if (given !== undefined && given !== '') return given;
  return ['', '5672'].includes(port) ? `http://${username || 'guest'}:${password || 'guest'}@${hostname}:15672` : undefined;
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
