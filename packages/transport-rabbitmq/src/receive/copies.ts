import type { DeadLetterOptions, EndpointTopology, RedeliverOptions, Runtime } from '@waybill/core/transport';
import { ConnectionError, HEADERS, LOG_EVENTS, MessageError, MessageHeaders } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import type { AmqpRoute } from '../rabbitmq-client.ts';
import type { PublishEnd } from '../send/publish-channel.ts';
import type { PublishLine } from '../send/publish-line.ts';
import { amqpWriter } from '../send/to-amqp.ts';
import { delayRoute } from '../topology/delay-ladder.ts';
import { ROUTE_EXCHANGE, entityName } from '../topology/entity-names.ts';
import { routingKeyInSlot, slotWordOf } from '../topology/routing-keys.ts';
import { describe } from '../rabbitmq-errors.ts';
import { fitHeaders } from './fit-headers.ts';
import type { CopySender, OriginalMessage } from './rabbitmq-delivery.ts';

/** What {@link copySender} works with. */
export interface CopyParts {
  readonly runtime: Runtime;
  readonly endpoint: EndpointTopology;
  readonly line: PublishLine;
}

/** Sends copies of what came to an endpoint: back to it after a delay, or to its dead letters. Each is confirmed by the broker. */
export function copySender({ runtime, endpoint, line }: CopyParts): CopySender {
  const toAmqp = amqpWriter();
  const copy = async (original: OriginalMessage, overlay: ReadonlyMap<string, string>, route: AmqpRoute): Promise<void> => {
    const headers = MessageHeaders.copyOf(original.headers);
    for (const [name, value] of overlay) headers.set(name, value);
    const removed = fitHeaders(headers, overlay);
    if (removed.length > 0) tellOfRemoved(runtime, endpoint.name, removed);
    const { body, priority } = original;
    const nativeId = headers.get(HEADERS.id) ?? runtime.id();
    const sending = new Promise<PublishEnd>((ended) => {
      line.publish({
        ...route,
        content: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        properties: toAmqp({ headers, body }, { nativeId, priority }),
        signal: undefined,
        ended,
      });
    });
    assertTaken(await inTime(runtime, `a copy to "${route.routingKey}"`, sending), route);
  };
  return {
    redeliver: (original, { headers, delayMs }: RedeliverOptions) =>
      copy(original, headers, redeliveryRoute(endpoint.name, original, delayMs)),
    deadLetter: (original, { headers }: DeadLetterOptions) =>
      copy(original, headers, { exchange: '', routingKey: entityName(endpoint.deadLetter), mandatory: true }),
  };
}

/** Without them the copy can be written; with them the message would come again for ever. */
function tellOfRemoved({ logger }: Runtime, endpoint: string, removed: readonly string[]): void {
  const names = removed.slice(0, MOST_NAMES).map((name) => name.slice(0, MOST_NAME_LENGTH));
  logger.warn(
    { event: LOG_EVENTS.messageHeadersCut, endpoint, headers: names },
    'a copy leaves without its longest headers: together they are too long',
  );
}

const MOST_NAMES = 10;
const MOST_NAME_LENGTH = 100;

/** Back to where it came to, in the slot that it had. */
function redeliveryRoute(endpoint: string, { routingKey }: OriginalMessage, delayMs: number): AmqpRoute {
  const word = slotWordOf(routingKey);
  const key = routingKeyInSlot({ kind: 'endpoint', name: endpoint }, word);
  const delayed = delayRoute(key, delayMs);
  if (delayed !== undefined) return { ...delayed, mandatory: true };
  if (word === undefined) return { exchange: '', routingKey: entityName(endpoint), mandatory: true };
  return { exchange: ROUTE_EXCHANGE, routingKey: key, mandatory: true };
}

function assertTaken(end: PublishEnd, { exchange, routingKey }: AmqpRoute): void {
  if (end.is === 'confirmed') return;
  const place = exchange === '' ? `the queue "${routingKey}"` : `the exchange "${exchange}"`;
  const details = { exchange, routingKey };
  if (end.is === 'returned')
    throw new MessageError(
      'UNROUTABLE',
      `A copy was not taken by ${place}: it is not at RabbitMQ. Start with \`provisioning: 'apply'\`, or declare it.`,
      {
        details,
      },
    );
  if (end.is === 'refused')
    throw new MessageError('SEND_REJECTED', `A copy was not taken by ${place}: it is full, or not available. Make room, or wait.`, {
      details,
    });
  throw new ConnectionError('TRANSPORT_NOT_OPEN', `A copy was not confirmed by ${place}: ${describe(end.cause)}. It may be tried again.`, {
    cause: end.cause,
    details,
  });
}
