import { ConnectionError } from '@waybill/core/transport';

/** Reply codes of AMQP that we tell apart. */
export const REPLY: { readonly accessRefused: 403; readonly notFound: 404; readonly resourceLocked: 405 } = Object.freeze({
  accessRefused: 403,
  notFound: 404,
  resourceLocked: 405,
});

/** Why connecting failed, as a person needs it. */
interface OpenFailure {
  /** Trying again will not help until somebody mends it. */
  readonly isFinal: boolean;
  readonly says: string;
}

const VHOST_WAY_OUT = 'Check the path of `url`, or run `rabbitmqctl add_vhost` and `rabbitmqctl set_permissions`.';

/** First match wins; the client wraps what the broker says into its own sentences. */
const OPEN_FAILURES: readonly (OpenFailure & { readonly pattern: RegExp })[] = [
  {
    pattern: /ACCESS[-_]REFUSED|Login was refused/i,
    isFinal: true,
    says: 'The broker refused the user name or the password. Check the credentials in `url` or `credentials`; the user "guest" may connect from the broker\'s own machine only.',
  },
  {
    pattern: /NOT[-_]ALLOWED/i,
    isFinal: true,
    says: `The broker refused the virtual host: it does not exist, or the user has no permission for it. ${VHOST_WAY_OUT}`,
  },
  {
    pattern: /Expected ConnectionOpenOk/,
    isFinal: false, // the client does not tell what the broker has said: another node may take it
    says: `The broker ended the connection instead of opening the virtual host: that does not exist, the user has no permission for it, or the broker was stopping. ${VHOST_WAY_OUT}`,
  },
  {
    pattern: /Handshake terminated by server/,
    isFinal: false,
    says: 'The broker ended the connection while it was made. See `cause`, and the log of the broker.',
  },
  {
    pattern: /SASL mechanism/i,
    isFinal: true,
    says: 'The broker does not offer this way to log in. Give user name and password, or enable the plugin for certificates.',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    isFinal: false,
    says: 'The name of the host is not known. Check the host in `url`.',
  },
  {
    pattern: /ECONNREFUSED/,
    isFinal: false,
    says: 'Nothing listens at this address. Check host and port in `url`, and whether the broker runs.',
  },
  {
    pattern: /`credentials`/,
    isFinal: false,
    says: '`credentials` gave none within `connectTimeout`. Check the function and what it asks.',
  },
  {
    pattern: /ETIMEDOUT/,
    isFinal: false,
    says: 'There was no answer within `connectTimeout`. Check the network and whether the broker is well.',
  },
  {
    pattern: /certificate|CERT_|SSL|TLS|EPROTO/i,
    isFinal: true,
    says: 'The two sides could not agree on TLS. Check `tls`, the certificates, and whether the port speaks TLS.',
  },
  {
    pattern:
      /Invalid frame|Frame size|frame type|Frame on channel|Server frameMax|Unknown class|ERR_(?:BUFFER_)?OUT_OF|Expected (?:C|c)onnection|expecting to have to go/,
    isFinal: false,
    says: 'What answers there does not speak AMQP 0-9-1. Check host and port in `url`; RabbitMQ has other ports for HTTP and for MQTT.',
  },
  {
    pattern: /ECONNRESET|Socket closed abruptly|closed abruptly/,
    isFinal: false,
    says: 'The other side ended the connection during the handshake. Check whether the port speaks AMQP 0-9-1, and the log of the broker.',
  },
];

const UNKNOWN: OpenFailure = { isFinal: false, says: 'See `cause`.' };

/** An error of connecting to one address, coded, without credentials. `details.isFinal`: trying again does not help. */
export function openError(error: unknown, shown: string): ConnectionError {
  const text = describe(error);
  const { isFinal, says } = OPEN_FAILURES.find(({ pattern }) => pattern.test(text)) ?? UNKNOWN;
  return new ConnectionError('TRANSPORT_OPEN_FAILED', `RabbitMQ at ${shown} could not be reached. ${says}`, {
    cause: error,
    details: { address: shown, isFinal },
  });
}

/** The connection is away, and was not made again in time. */
export function notConnected(reason: string, cause?: unknown): ConnectionError {
  return new ConnectionError(
    'TRANSPORT_NOT_OPEN',
    `RabbitMQ is not connected: ${reason}. The connection is made again by itself; try later.`,
    cause === undefined ? {} : { cause },
  );
}

/** The reply code in an error of the client, or `undefined`. */
export function replyCodeOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** An error in a few words. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
