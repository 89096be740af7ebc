import type { RejectionCode } from '@waybill/core/transport';
import { REPLY, replyCodeOf } from '../rabbitmq-errors.ts';

/** Why the broker has not taken a message: it closed the channel, and what it said means this one. */
export interface RefusedPublish {
  readonly code: RejectionCode;
  readonly cause: unknown;
}

/** What the broker calls the exchange whose name is empty. */
const DEFAULT_EXCHANGE = 'amq.default';
/** The method that the broker names when it refuses a publish. */
const PUBLISH = 40;
const TOO_LARGE = /message size (\d+) is larger than (?:configured )?max size (\d+)/;

/** What the error that ended a channel says of a message that was under way there; `undefined` when it cannot mean it. */
export function refusedPublish(cause: unknown, exchange: string, bytes: number): RefusedPublish | undefined {
  if (!(cause instanceof Error) || (cause as { readonly methodId?: unknown }).methodId !== PUBLISH) return undefined;
  const [, size, most] = TOO_LARGE.exec(cause.message) ?? [];
  if (size === String(bytes)) return { code: 'SEND_REJECTED', cause: tooLarge(bytes, Number(most), cause) };
  const name = exchange === '' ? DEFAULT_EXCHANGE : exchange;
  if (!cause.message.includes(`exchange '${name}'`)) return undefined;
  const code = replyCodeOf(cause);
  if (code === REPLY.notFound) return { code: 'UNROUTABLE', cause };
  return code === REPLY.accessRefused ? { code: 'SEND_REJECTED', cause: forbidden(name, cause) } : undefined;
}

const tooLarge = (bytes: number, most: number, cause: Error): Error =>
  new Error(
    `The body has ${bytes} bytes, and this broker takes ${most}. Send less, or raise its \`max_message_size\`; \`rabbitmq({ maxMessageBytes: ${most} })\` refuses it before it leaves.`,
    { cause },
  );

const forbidden = (name: string, cause: Error): Error =>
  new Error(`RabbitMQ lets this user not publish to the exchange "${name}". Give the user the permission \`write\` for it.`, { cause });
