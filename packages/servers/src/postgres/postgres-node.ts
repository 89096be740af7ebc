import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FaultLog } from '@waybill/fault-kit';

import { freePorts } from '../free-ports.ts';
import { lastLines } from '../last-lines.ts';
import type { OwnNode } from '../own-node.ts';
import { runCommand } from '../run-command.ts';
import { ServerProcess } from '../server-process.ts';
import { findBinaries } from './find-binaries.ts';
import { asUser, openTheWay, serverUser } from './other-user.ts';
import { postgresVersion, withClient } from './session.ts';

/** A private server: its own data and port, on 127.0.0.1. Everybody who reaches it is let in as `postgres`. */
export class PostgresNode implements OwnNode {
  readonly faults: FaultLog = new FaultLog();
  readonly url: string;
  readonly #folder: string;
  readonly #process: ServerProcess;
  #version = '';

  private constructor(folder: string, binaries: string, port: number) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    this.#folder = folder;
    const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [program, ...parameters] = asUser(serverUser(), [join(binaries, 'postgres'), '-D', join(folder, 'data'), ...settings]);
    this.#process = new ServerProcess({ folder, name: 'postgres', program, parameters, environment: ENVIRONMENT, faults: this.faults });
  }

  /** Starts one whose data stands in `folder`, which must be empty. Resolves when it answers, after 1 to 3 s. */
  static async start(folder: string): Promise<PostgresNode> {
    const binaries = findBinaries();
    if (binaries === undefined) throw new Error('postgresql is not installed');
    const [port] = await freePorts(1);
    await makeCluster(folder, binaries);
    const node = new PostgresNode(folder, binaries, port as number);
    try {
      await node.start();
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
    return node;
  }

  get version(): string {
    return this.#version;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  start(): Promise<void> {
    return this.#process.start(async () => {
      this.#version = await postgresVersion(this.url);
    });
  }

  /** `fast` ends what runs and writes all; `immediate` writes nothing, and the next start has to recover. */
  stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    return this.#process.stop(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }

  /** Ends it and all its backends at once: the next start finds nobody who still holds its memory. */
  async kill(): Promise<void> {
    const backends = this.#backends();
    await this.#process.kill();
    for (const id of backends) trySignal(id, 'SIGKILL');
  }

  freeze(): void {
    this.#process.freeze();
    for (const id of this.#backends()) trySignal(id, 'SIGSTOP');
  }

  thaw(): void {
    for (const id of this.#backends()) trySignal(id, 'SIGCONT');
    this.#process.thaw();
  }

  /** Ends all connections of clients, with the reason that an operator's command has. Tells how many there were. */
  async closeConnections(): Promise<number> {
    const { rows } = await withClient(this.url, (client) => client.query<{ ended: boolean }>(CLOSE_CONNECTIONS));
    return this.faults.note('close-connections', 'connections', rows.filter(({ ended }) => ended).length).hits;
  }

  /** Ends one backend, by its `pg_backend_pid()`: the server then ends all others too, and recovers by itself. */
  killBackend(id: number): void {
    this.#strike('kill-backend', id, 'SIGKILL');
  }

  /** Lets the backend of one connection do nothing, until `thawBackend`; what it has locked stays locked. */
  freezeBackend(id: number): void {
    this.#strike('freeze-backend', id, 'SIGSTOP');
  }

  thawBackend(id: number): void {
    if (this.#backends().includes(id)) trySignal(id, 'SIGCONT');
  }

  trouble(): string {
    return lastLines(this.#process.output(), / (?:WARNING|ERROR|FATAL|PANIC): /);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const backends = this.#backends();
    await this.#process[Symbol.asyncDispose]();
    for (const id of backends) trySignal(id, 'SIGKILL');
    this.#process.removeFolder();
  }

  #strike(kind: string, id: number, signal: NodeJS.Signals): void {
    this.faults.note(kind, 'processes', this.#backends().includes(id) && trySignal(id, signal) ? 1 : 0);
  }

  /** All processes below it: those of its connections, and its own helpers. */
  #backends(): readonly number[] {
    try {
      const own = readFileSync(join(this.#folder, 'postgres.pid'), 'utf8');
      return readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return []; // it does not run
    }
  }
}

/** Nothing is forced to disk: what a process has written outlives it, and only the machine itself could lose it. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'logical',
  max_connections: '200',
};

const CLOSE_CONNECTIONS = `select pg_terminate_backend(pid) as ended from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`;

const ENVIRONMENT: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LANG: 'C.UTF-8' };

async function makeCluster(folder: string, binaries: string): Promise<void> {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const user = serverUser();
  if (user !== undefined) {
    chownSync(data, user.userId, user.groupId);
    openTheWay(folder, tmpdir());
  }
  const [program, ...parameters] = asUser(user, [join(binaries, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '-N']);
  const { exitCode, output } = await runCommand(program, parameters, { environment: ENVIRONMENT });
  if (exitCode !== 0) throw new Error(`initdb failed: ${output.trim()}`);
}

function trySignal(id: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(id, signal);
  } catch {
    return false; // it has ended
  }
}
