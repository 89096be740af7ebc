import { ConfigurationError, ConnectionError, isBusError } from '@waybill/core/transport';
import { REPLY, describe, replyCodeOf } from '../rabbitmq-errors.ts';

/** Why an endpoint cannot be received from, coded. */
export function consumeError(error: unknown, endpoint: string): Error {
  if (isBusError(error)) return error as Error;
  const code = replyCodeOf(error);
  const details = { endpoint };
  if (code === REPLY.notFound)
    return new ConfigurationError(
      'TOPOLOGY_DIFFERS',
      `The queue of the endpoint "${endpoint}" is not at RabbitMQ. Start with \`provisioning: 'apply'\`, or declare it.`,
      { cause: error, details },
    );
  if (code === REPLY.accessRefused)
    return new ConnectionError(
      'TRANSPORT_OPEN_FAILED',
      `RabbitMQ refuses to let this user read the queue of the endpoint "${endpoint}". Give it the permission \`read\` for the queue, and \`write\` for its dead letters.`,
      { cause: error, details },
    );
  return new ConnectionError(
    'TRANSPORT_OPEN_FAILED',
    `The endpoint "${endpoint}" could not be received from: ${describe(error)}. See \`cause\`; it may be tried again.`,
    { cause: error, details },
  );
}
