import type { PlannedEntity } from '@waybill/core/transport';
import { ConnectionError } from '@waybill/core/transport';
import type { RabbitmqCredentials } from '../rabbitmq-options.ts';
import type { BrokerListing, ListedEntity } from './broker-listing.ts';
import { OWNER_ARGUMENT, bindingEntity } from './planned-entities.ts';

/** Where the management API answers, and for which virtual host. */
export interface ManagementOptions {
  /** `http://host:15672`, or `https:`; without credentials. */
  readonly url: string;
  /** Asked each time. */
  readonly credentials: () => Promise<RabbitmqCredentials>;
  readonly vhost: string;
  /** How long one answer may take, in milliseconds. @default 10,000 */
  readonly timeoutMs?: number;
}

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_TIMEOUT_MS = 10_000;

/** What the management API lists of a virtual host. */
export function managementListing(options: ManagementOptions): BrokerListing {
  return {
    queues: async () => (await ask(options, 'queues')).map((one) => placeOf('queue', one)),
    exchanges: async () => (await ask(options, 'exchanges')).map(exchangeOf),
    bindings: async () => (await ask(options, 'bindings')).filter(({ source }) => source !== '').map(bindingOf),
  };
}

async function ask({ url, credentials, vhost, timeoutMs = DEFAULT_TIMEOUT_MS }: ManagementOptions, what: string): Promise<readonly Json[]> {
  const { username, password } = await credentials();
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const address = `${url.replace(/\/$/, '')}/api/${what}/${encodeURIComponent(vhost)}`;
  let response: Response;
  try {
    response = await fetch(address, { headers: { authorization }, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw unavailable(url, 'It did not answer. Check its address, and whether the plugin `rabbitmq_management` is enabled.', error);
  }
  if (!response.ok)
    throw unavailable(url, `It answered ${response.status}. Check the credentials; the user needs the tag \`management\` or more.`);
  return (await response.json()) as readonly Json[];
}

function unavailable(url: string, says: string, cause?: unknown): ConnectionError {
  const options = { details: { address: url }, ...(cause === undefined ? {} : { cause }) };
  return new ConnectionError('TRANSPORT_OPEN_FAILED', `The management API of RabbitMQ at ${url} could not be asked. ${says}`, options);
}

const exchangeOf = (one: Json): ListedEntity =>
  placeOf('exchange', { ...one, arguments: { type: one['type'], ...(one['arguments'] as Json) } });

function placeOf(kind: string, { name, arguments: settings }: Json): ListedEntity {
  return { entity: { kind, name: String(name), settings: settings as PlannedEntity['settings'] }, owner: ownerOf(settings) };
}

function bindingOf({ source, destination, destination_type: kind, routing_key: pattern, arguments: mark }: Json): ListedEntity {
  const owner = ownerOf(mark);
  const marked = {
    source: String(source),
    pattern: String(pattern),
    ...(owner === undefined ? {} : { owner: { [OWNER_ARGUMENT]: owner } }),
  };
  const entity = bindingEntity({ ...marked, ...(kind === 'queue' ? { queue: String(destination) } : { exchange: String(destination) }) });
  return { entity, owner };
}

function ownerOf(settings: unknown): string | undefined {
  const owner = (settings as Json | undefined)?.[OWNER_ARGUMENT];
  return typeof owner === 'string' ? owner : undefined;
}
