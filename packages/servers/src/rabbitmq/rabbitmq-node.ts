import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type BrokerControl, FaultLog, type Right } from '@waybill/fault-kit';

import type { Certificate } from '../certificate-authority.ts';
import { freePorts } from '../free-ports.ts';
import type { OwnNode } from '../own-node.ts';
import { lastLines } from '../last-lines.ts';
import { runCommand } from '../run-command.ts';
import { ServerProcess } from '../server-process.ts';
import { findBinaries } from './find-binaries.ts';
import { rabbitmqVersion } from './handshake.ts';

/** A private node: its own data, ports and `epmd`, all on 127.0.0.1. */
export class RabbitmqNode implements OwnNode, BrokerControl {
  readonly faults: FaultLog = new FaultLog();
  readonly url: string;
  /** The management API, with credentials. */
  readonly managementUrl: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #names: ServerProcess;
  readonly #broker: ServerProcess;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #ports: Ports;
  #version = '';
  #tlsPort: number | undefined;

  private constructor(folder: string, binaries: string, ports: Ports) {
    const [port, management, distribution, names] = ports;
    this.#folder = folder;
    this.#ports = ports;
    this.url = `amqp://guest:guest@127.0.0.1:${port}`;
    this.managementUrl = `http://guest:guest@127.0.0.1:${management}`;
    this.#binaries = binaries;
    this.#environment = environmentOf(folder, port, distribution, names);
    writeConfiguration(folder, ports);
    this.#names = new ServerProcess({
      folder,
      name: 'epmd',
      program: 'epmd',
      parameters: ['-port', String(names), '-address', '127.0.0.1'],
      environment: this.#environment,
    });
    this.#broker = new ServerProcess({
      folder,
      name: 'rabbitmq',
      program: join(binaries, 'rabbitmq-server'),
      parameters: [],
      environment: this.#environment,
      faults: this.faults,
    });
  }

  /** Starts a node whose data stands in `folder`, which must be empty. Resolves when it answers, after 5 to 10 s. */
  static async start(folder: string): Promise<RabbitmqNode> {
    const binaries = findBinaries();
    if (binaries === undefined) throw new Error('rabbitmq-server is not installed');
    mkdirSync(folder, { recursive: true });
    const [port, management, distribution, names] = await freePorts(4);
    const node = new RabbitmqNode(folder, binaries, [port, management, distribution, names] as Ports);
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
    return this.#broker.isRunning;
  }

  async start(): Promise<void> {
    await this.#names.start(async () => {});
    await this.#broker.start(async () => {
      this.#version = await rabbitmqVersion(this.url);
      if (!this.#broker.output().includes(STARTED)) throw new Error('it has not started all its plugins');
    });
  }

  stop(): Promise<void> {
    return this.#broker.stop();
  }

  kill(): Promise<void> {
    return this.#broker.kill();
  }

  freeze(): void {
    this.#broker.freeze();
  }

  thaw(): void {
    this.#broker.thaw();
  }

  /**
   * Lets it listen for TLS with this certificate, for clients that show one of the same authority; `EXTERNAL` logs in by the name that stands there.
   * The first time it is restarted for it; later the new certificate is for new connections. Resolves with the address, without credentials.
   */
  async listenForTls(ca: string, { cert, key }: Certificate): Promise<string> {
    for (const [file, text] of Object.entries({ 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key }))
      writeFileSync(join(this.#folder, file), text);
    if (this.#tlsPort === undefined) {
      const [port] = await freePorts(1);
      this.#tlsPort = port as number;
      writeConfiguration(this.#folder, this.#ports, this.#tlsPort);
      await this.stop();
      await this.start();
    } else await this.ctl('eval', 'ssl:clear_pem_cache().');
    return `amqps://127.0.0.1:${this.#tlsPort}`;
  }

  /** What `rabbitmqctl` prints. @throws Error with its output where it fails. */
  async ctl(...parameters: readonly string[]): Promise<string> {
    const { exitCode, output } = await runCommand(join(this.#binaries, 'rabbitmqctl'), ['--quiet', ...parameters], {
      environment: this.#environment,
    });
    if (exitCode !== 0) throw new Error(`rabbitmqctl ${parameters.join(' ')} failed: ${output.trim()}.`);
    return output;
  }

  /** While one is on, every connection that publishes is blocked. The memory alarm is raised by a lower limit, that of the disk by a higher. */
  async setAlarm(isOn: boolean, resource: 'memory' | 'disk' = 'memory'): Promise<void> {
    if (resource === 'memory') await this.ctl('set_vm_memory_high_watermark', isOn ? '0.000001' : '0.4');
    else await this.ctl('set_disk_free_limit', isOn ? 'mem_relative' : DISK_LIMIT, ...(isOn ? ['1000'] : []));
    if (isOn) this.faults.note('alarm', 'brokers', (await this.#alarms()).includes(`{resource_limit,${resource},`) ? 1 : 0);
  }

  async closeConnections(reason: string): Promise<number> {
    const open = await this.ctl('--silent', 'list_connections', 'pid');
    await this.ctl('close_all_connections', '--global', reason);
    return this.faults.note('close-connections', 'connections', open.split('\n').filter((line) => line !== '').length).hits;
  }

  async addUser(user: string, password: string): Promise<void> {
    await this.ctl('add_user', user, password);
  }

  async setPassword(user: string, password: string): Promise<void> {
    await this.ctl('change_password', user, password);
    this.faults.note('password', 'users', 1);
  }

  /** In its virtual host `/`. */
  async setRights(user: string, rights: readonly Right[]): Promise<void> {
    const pattern = (right: Right): string => (rights.includes(right) ? '.*' : '^$');
    await this.ctl('set_permissions', user, pattern('declare'), pattern('send'), pattern('receive'));
    this.faults.note('rights', 'users', 1);
  }

  /**
   * Writes to disk which queues and bindings there are. Before a `kill` whose test is about messages: RabbitMQ 3.10 can lose a durable queue
   * that was declared in the seconds before, though it has confirmed it and the messages in it; of a quorum queue it can lose where its log
   * stands, and then never answers a consumer.
   */
  async flush(): Promise<void> {
    await this.ctl(
      'eval',
      'case whereis(mnesia_sup) of undefined -> ok; _ -> mnesia:dump_log() end, [dets:sync(Table) || Table <- dets:all()].',
    );
  }

  trouble(): string {
    const file = join(this.#folder, LOG);
    return existsSync(file) ? lastLines(readFileSync(file, 'utf8'), /\[(?:warning|error|critical|alert|emergency)\]/) : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#broker[Symbol.asyncDispose]();
    await this.#names[Symbol.asyncDispose]();
    this.#names.removeFolder();
  }

  #alarms(): Promise<string> {
    return this.ctl('eval', 'rabbit_alarm:get_alarms().');
  }
}

/** The node lets clients in before its start is complete. */
const STARTED = 'completed with';

const DISK_LIMIT = '50MB';
const LOG = 'rabbitmq.log';

type Ports = readonly [port: number, management: number, distribution: number, names: number];

function writeConfiguration(folder: string, [port, management]: Ports, tlsPort?: number): void {
  const tls = [
    `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
    `ssl_options.cacertfile = ${folder}/ca.pem`,
    `ssl_options.certfile = ${folder}/cert.pem`,
    `ssl_options.keyfile = ${folder}/key.pem`,
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = true',
    'ssl_cert_login_from = common_name',
    'auth_mechanisms.1 = PLAIN',
    'auth_mechanisms.2 = EXTERNAL',
  ];
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${management}`,
    'loopback_users = none',
    `disk_free_limit.absolute = ${DISK_LIMIT}`,
    `log.file = ${folder}/${LOG}`,
    'log.console = false',
    ...(tlsPort === undefined ? [] : tls),
  ];
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_management,rabbitmq_auth_mechanism_ssl].\n');
}

function environmentOf(folder: string, port: number, distribution: number, names: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
    HOME: folder, // the cookie stands there
    RABBITMQ_NODENAME: `waybill-${port}@localhost`,
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_PID_FILE: join(folder, 'node.pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(names),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RUNNING_UNDER_SYSTEMD: 'true', // no shell between us and the node: the process that we started is the one that we kill
  };
}
