import type { Runtime } from '@waybill/core/transport';
import { ConfigurationError } from '@waybill/core/transport';
import type { AmqpConnection } from '../rabbitmq-client.ts';
import { connectAmqp } from '../rabbitmq-client.ts';
import { openError } from '../rabbitmq-errors.ts';
import type { RabbitmqAddress, RabbitmqCredentials, RabbitmqTls, ResolvedRabbitmqOptions } from '../rabbitmq-options.ts';
import { inTime } from './in-time.ts';

/** What connecting works with. */
interface Attempt {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/**
 * Connects to the first address that answers, beginning with the one at `first`. Refused credentials and virtual hosts are
 * the same at each node: the others are not tried.
 * @throws ConnectionError `TRANSPORT_OPEN_FAILED`
 */
export async function connectToCluster(
  options: ResolvedRabbitmqOptions,
  purpose: string,
  first: number,
  { runtime, signal }: Attempt,
): Promise<AmqpConnection> {
  const { addresses } = options;
  let failure: unknown;
  for (let tried = 0; tried < addresses.length; tried += 1) {
    const address = addresses[(first + tried) % addresses.length] as RabbitmqAddress;
    try {
      return await connectTo(address, options, purpose, { runtime, signal });
    } catch (error) {
      signal.throwIfAborted();
      const coded = openError(error, address.shown);
      if (coded.details['isFinal'] === true) throw coded;
      failure ??= coded;
    }
  }
  throw failure;
}

/** Ends at `connectTimeout`, whatever the other side does: the client itself waits on as long as there comes a byte now and then. */
async function connectTo(
  address: RabbitmqAddress,
  options: ResolvedRabbitmqOptions,
  purpose: string,
  { runtime, signal }: Attempt,
): Promise<AmqpConnection> {
  const limitMs = options.connectTimeoutMs;
  const { username, password } = await inTime(runtime, 'the question for `credentials`', credentialsFor(address, options), limitMs);
  const tls = await inTime(runtime, 'the question for `tls`', tlsFor(options), limitMs);
  signal.throwIfAborted();
  const late = new AbortController();
  const timer = runtime.setTimer(limitMs, () => late.abort());
  const target = {
    protocol: address.protocol,
    hostname: address.hostname,
    port: address.port,
    vhost: address.vhost,
    username,
    password,
    external: options.credentials === 'external',
    heartbeatSeconds: options.heartbeatMs / 1_000,
    timeoutMs: limitMs,
    connectionName: `${options.connectionName} ${purpose}`,
    tls,
  };
  try {
    return await connectAmqp(target, AbortSignal.any([signal, late.signal]));
  } catch (error) {
    throw late.signal.aborted ? new Error(`ETIMEDOUT: the handshake was not over after ${limitMs} ms`, { cause: error }) : error;
  } finally {
    timer.cancel();
  }
}

/** Asked at each connect: it may have been renewed. */
async function tlsFor({ tls }: ResolvedRabbitmqOptions): Promise<RabbitmqTls> {
  return (typeof tls === 'function' ? await tls() : tls) ?? {};
}

/** Those of an address, or those that the option gives in their place. @throws ConfigurationError `OPTION_INVALID` */
export async function credentialsFor(address: RabbitmqAddress, { credentials }: ResolvedRabbitmqOptions): Promise<RabbitmqCredentials> {
  if (credentials === undefined || credentials === 'external') return address.credentials;
  const given: Partial<RabbitmqCredentials> | undefined = typeof credentials === 'function' ? await credentials() : credentials;
  if (typeof given?.username === 'string' && typeof given.password === 'string') return given as RabbitmqCredentials;
  throw new ConfigurationError('OPTION_INVALID', '`rabbitmq`: `credentials` gave no `username` and `password`. Give both as strings.', {
    details: { option: 'credentials' },
  });
}
