import { ConfigurationError } from '@waybill/core/transport';
import type { AmqpConnection } from '../rabbitmq-client.ts';
import { connectAmqp } from '../rabbitmq-client.ts';
import { openError } from '../rabbitmq-errors.ts';
import type { RabbitmqAddress, RabbitmqCredentials, ResolvedRabbitmqOptions } from '../rabbitmq-options.ts';

/**
 * Connects to the first address that answers, beginning with the one at `first`. Refused credentials and virtual hosts are
 * the same at each node: the others are not tried.
 * @throws ConnectionError `TRANSPORT_OPEN_FAILED`
 */
export async function connectToCluster(
  options: ResolvedRabbitmqOptions,
  purpose: string,
  first: number,
  signal: AbortSignal,
): Promise<AmqpConnection> {
  const { addresses } = options;
  let failure: unknown;
  for (let tried = 0; tried < addresses.length; tried += 1) {
    const address = addresses[(first + tried) % addresses.length] as RabbitmqAddress;
    try {
      return await connectTo(address, options, purpose, signal);
    } catch (error) {
      signal.throwIfAborted();
      const coded = openError(error, address.shown);
      if (coded.details['isFinal'] === true) throw coded;
      failure ??= coded;
    }
  }
  throw failure;
}

async function connectTo(
  address: RabbitmqAddress,
  options: ResolvedRabbitmqOptions,
  purpose: string,
  signal: AbortSignal,
): Promise<AmqpConnection> {
  const { username, password } = await credentialsFor(address, options);
  signal.throwIfAborted();
  return connectAmqp(
    {
      protocol: address.protocol,
      hostname: address.hostname,
      port: address.port,
      vhost: address.vhost,
      username,
      password,
      external: options.credentials === 'external',
      heartbeatSeconds: options.heartbeatMs / 1_000,
      timeoutMs: options.connectTimeoutMs,
      connectionName: `${options.connectionName} ${purpose}`,
      tls: options.tls,
    },
    signal,
  );
}

/** Asked at each connect: they may have changed. */
async function credentialsFor(address: RabbitmqAddress, { credentials }: ResolvedRabbitmqOptions): Promise<RabbitmqCredentials> {
  if (credentials === undefined || credentials === 'external') return address.credentials;
  const given: Partial<RabbitmqCredentials> | undefined = typeof credentials === 'function' ? await credentials() : credentials;
  if (typeof given?.username === 'string' && typeof given.password === 'string') return given as RabbitmqCredentials;
  throw new ConfigurationError('OPTION_INVALID', '`rabbitmq`: `credentials` gave no `username` and `password`. Give both as strings.', {
    details: { option: 'credentials' },
  });
}
