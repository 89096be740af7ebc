import type { Duration } from '@waybill/core/transport';
import { ConfigurationError, assertOptions, nameValue, toMilliseconds } from '@waybill/core/transport';
import type { QueueType } from './topology/endpoint-options.ts';

/** Who connects. */
export interface RabbitmqCredentials {
  /** As the broker knows it. */
  readonly username: string;
  /** Stands in no message, log line or address that is shown. */
  readonly password: string;
}

/** For `amqps:`, certificates and keys as PEM. Stands in no message, log line or description. */
export interface RabbitmqTls {
  /** Certificates of the authorities that are trusted, instead of those of Node. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The certificate of the client, where the broker asks for one. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** The host that stands in the broker's certificate, where it is not the one in the address. */
  readonly servername?: string;
  /** What else `tls.connect` knows. */
  readonly [option: string]: unknown;
}

/** Options of `rabbitmq`. */
export interface RabbitmqOptions {
  /**
   * `amqp://user:password@host:port/vhost`, or several nodes of one cluster, tried in turn. `amqps:` for TLS.
   * @default 'amqp://localhost'
   */
  readonly url?: string | readonly string[];
  /**
   * Instead of those in the address. A function is asked at each connect, so that they may change while the bus runs.
   * `'external'`: the certificate in `tls` says who connects.
   * @default those in the address, or guest and guest
   */
  readonly credentials?: RabbitmqCredentials | 'external' | (() => RabbitmqCredentials | Promise<RabbitmqCredentials>);
  /**
   * Passed on to `tls.connect` for `amqps:`. A function is asked at each connect, so that certificates may be renewed while the bus runs.
   * @default none: the authorities that Node trusts, and no certificate of the client
   */
  readonly tls?: RabbitmqTls | (() => RabbitmqTls | Promise<RabbitmqTls>);
  /** How often both sides say that they live; three times as long without a word, and the connection counts as lost. Whole seconds, 1 s to 10 min. @default '10s' */
  readonly heartbeat?: Duration;
  /** How long connecting to one address may take, the handshake included. @default '10s' */
  readonly connectTimeout?: Duration;
  /** The queues of endpoints that say nothing else; see `rabbitmq.endpoint`. @default 'quorum' */
  readonly queue?: QueueType;
  /** Priorities of the classic queues of endpoints that say nothing else, 1 to 9; each costs memory. Needed for `priority` at a send. @default none */
  readonly maxPriority?: number;
  /** The largest body, in bytes. The broker's own limit is 16 MiB from 4.0 on, and 128 MiB before. @default 16,777,216 */
  readonly maxMessageBytes?: number;
  /** The most messages that are on their way to the broker without a confirm, and together at most 64 MiB of bodies; the others wait here. @default 1,000 */
  readonly confirmWindow?: number;
  /** What the broker's tools call the connections. @default 'waybill' */
  readonly connectionName?: string;
  /**
   * `http://host:15672`, or `https:`: where the management API answers. `bus.topology.prune` needs it, and only with it a missing
   * binding is noticed. It is asked with the credentials of the connection, or with those in this address; their user needs the
   * tag `management`. @default none
   */
  readonly management?: string;
}

/** One address, without the credentials that it came with. */
export interface RabbitmqAddress {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly vhost: string;
  readonly credentials: RabbitmqCredentials;
  /** For people: without credentials. */
  readonly shown: string;
}

/** Options, checked, with defaults filled in; times in milliseconds. */
export interface ResolvedRabbitmqOptions {
  readonly addresses: readonly RabbitmqAddress[];
  readonly credentials: RabbitmqOptions['credentials'];
  readonly tls: RabbitmqOptions['tls'];
  readonly heartbeatMs: number;
  readonly connectTimeoutMs: number;
  readonly queue: QueueType;
  readonly maxPriority: number | undefined;
  readonly maxMessageBytes: number;
  readonly confirmWindow: number;
  readonly connectionName: string;
  readonly management: ManagementAddress | undefined;
}

/** Where the management API answers. */
export interface ManagementAddress {
  /** Without credentials. */
  readonly url: string;
  /** Those that came with the address; else those of the connection are used. */
  readonly credentials: RabbitmqCredentials | undefined;
}

const NAMES: Readonly<Record<keyof RabbitmqOptions, true>> = {
  url: true,
  credentials: true,
  tls: true,
  heartbeat: true,
  connectTimeout: true,
  queue: true,
  maxPriority: true,
  maxMessageBytes: true,
  confirmWindow: true,
  connectionName: true,
  management: true,
};

/** What is not given. */
const DEFAULTS = Object.freeze({
  url: 'amqp://localhost',
  heartbeat: '10s',
  connectTimeout: '10s',
  queue: 'quorum',
  maxMessageBytes: 16_777_216,
  confirmWindow: 1_000,
  connectionName: 'waybill',
} as const satisfies RabbitmqOptions);

const MAX_HEARTBEAT_MS = 600_000;
const MAX_PRIORITY = 9;
/** The broker's own limit. */
const MAX_MESSAGE_BYTES = 536_870_912;
const MAX_WINDOW = 65_535;

/**
 * Checks, and fills in the defaults.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function resolveRabbitmqOptions(options: RabbitmqOptions): ResolvedRabbitmqOptions {
  assertOptions('`rabbitmq`', options, Object.keys(NAMES));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as RabbitmqOptions;
  const all = { ...DEFAULTS, ...given };
  const urls: readonly unknown[] = typeof all.url === 'string' ? [all.url] : Array.isArray(all.url) ? (all.url as unknown[]) : [];
  if (urls.length === 0) throw invalid('url', all.url, "Write an address such as 'amqp://localhost', or a list of them");
  if (all.queue !== 'classic' && all.queue !== 'quorum') throw invalid('queue', all.queue, "Write 'classic' or 'quorum'");
  assertMaxPriority(all);
  return {
    addresses: urls.map((url) => addressOf(url)),
    credentials: all.credentials,
    tls: tlsOf(all.tls),
    heartbeatMs: heartbeatOf(all.heartbeat),
    connectTimeoutMs: positive('connectTimeout', all.connectTimeout),
    queue: all.queue,
    maxPriority: all.maxPriority,
    maxMessageBytes: whole('maxMessageBytes', all.maxMessageBytes, MAX_MESSAGE_BYTES),
    confirmWindow: whole('confirmWindow', all.confirmWindow, MAX_WINDOW),
    connectionName: String(all.connectionName),
    management: all.management === undefined ? undefined : managementOf(all.management, all.credentials),
  };
}

function tlsOf(tls: unknown): RabbitmqOptions['tls'] {
  if (tls === undefined || typeof tls === 'function' || (typeof tls === 'object' && tls !== null)) return tls as RabbitmqOptions['tls'];
  throw invalid('tls', typeof tls, 'Write `{ ca, cert, key }`, or a function that gives them');
}

function managementOf(address: unknown, credentials: RabbitmqOptions['credentials']): ManagementAddress {
  const parsed = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol))
    throw invalid('management', hidden(address), "Write 'http://host:15672', or https:");
  const own = parsed.username === '' ? undefined : credentialsIn(parsed);
  if (own === undefined && credentials === 'external')
    throw invalid('management', hidden(address), "A certificate opens no management API: write 'https://user:password@host:15671'");
  return { url: `${parsed.origin}${parsed.pathname}`, credentials: own };
}

function assertMaxPriority({ maxPriority, queue }: Pick<RabbitmqOptions, 'maxPriority' | 'queue'>): void {
  if (maxPriority === undefined) return;
  whole('maxPriority', maxPriority, MAX_PRIORITY);
  if (queue === 'quorum')
    throw invalid('maxPriority', maxPriority, "Quorum queues take no such argument: write `queue: 'classic'` as well, or drop it");
}

function addressOf(url: unknown): RabbitmqAddress {
  const parsed = parsedUrl(url);
  const protocol = parsed.protocol === 'amqps:' ? 'amqps' : 'amqp';
  const port = parsed.port === '' ? DEFAULT_PORTS[protocol] : Number(parsed.port);
  const vhost = decodeURIComponent(parsed.pathname.slice(1)) || '/';
  return {
    protocol,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    vhost,
    credentials: credentialsIn(parsed),
    shown: `${protocol}://${parsed.hostname}:${port}${vhost === '/' ? '' : `/${vhost}`}`,
  };
}

function parsedUrl(url: unknown): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['amqp:', 'amqps:'].includes(parsed.protocol) || parsed.hostname === '')
    throw invalid('url', hidden(url), "Write 'amqp://user:password@host:port/vhost', or amqps:");
  if (parsed.search === '') return parsed;
  throw invalid('url', hidden(url), 'Drop what follows the "?"; options go into `rabbitmq({ … })`');
}

const DEFAULT_PORTS = Object.freeze({ amqp: 5672, amqps: 5671 });

function credentialsIn({ username, password }: URL): RabbitmqCredentials {
  if (username === '' && password === '') return { username: 'guest', password: 'guest' };
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** An address that cannot be read may hold a password all the same. */
const hidden = (url: unknown): unknown => (typeof url === 'string' ? url.replace(/\/\/[^/]*@/, '//…@') : url);

function heartbeatOf(heartbeat: Duration): number {
  const heartbeatMs = toMilliseconds(heartbeat, 'heartbeat');
  if (heartbeatMs >= 1_000 && heartbeatMs <= MAX_HEARTBEAT_MS && heartbeatMs % 1_000 === 0) return heartbeatMs;
  throw invalid('heartbeat', heartbeat, 'Write whole seconds from 1 s to 10 min');
}

function positive(option: string, duration: Duration): number {
  const milliseconds = toMilliseconds(duration, option);
  if (milliseconds > 0) return milliseconds;
  throw invalid(option, duration, 'Write more than nothing');
}

function whole(option: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(option, value, `Write a whole number from 1 to ${most}`);
}

function invalid(option: string, value: unknown, wayOut: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`rabbitmq\`: \`${option}\` is ${nameValue(value)}. ${wayOut}.`, {
    details: { option },
  });
}
