import type { ConnectionProblem } from '@waybill/core/transport';
import { ConnectionError, isBusError } from '@waybill/core/transport';

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
  /** What it is that somebody has to mend, where the broker was reached. */
  readonly problem?: ConnectionProblem;
  readonly says: string;
}

const VHOST_WAY_OUT = 'Check the path of `url`, or run `rabbitmqctl add_vhost` and `rabbitmqctl set_permissions`.';

/** First match wins; the client wraps what the broker says into its own sentences. */
const OPEN_FAILURES: readonly (OpenFailure & { readonly pattern: RegExp })[] = [
  {
    pattern: /ACCESS[-_]REFUSED|Login was refused/i,
    isFinal: true,
    problem: 'auth_failed',
    says: 'The broker refused the user name or the password. Check the credentials in `url` or `credentials`; the user "guest" may connect from the broker\'s own machine only.',
  },
  {
    pattern: /NOT[-_]ALLOWED/i,
    isFinal: true,
    problem: 'access_refused',
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
    problem: 'auth_failed',
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
    pattern: /`credentials`|`tls`/,
    isFinal: false,
    says: '`credentials` or `tls` gave nothing within `connectTimeout`. Check the function and what it asks.',
  },
  {
    pattern: /ETIMEDOUT/,
    isFinal: false,
    says: 'There was no answer within `connectTimeout`. Check the network and whether the broker is well.',
  },
  {
    pattern: /alert (certificate|bad certificate|unknown ca|unsupported certificate|handshake failure)|ALERT_CERTIFICATE/i,
    isFinal: true,
    problem: 'tls_failed',
    says: 'The broker did not accept the certificate of this client, which is missing, expired, or of an authority that it does not trust. Give another one as `tls: { cert, key }`.',
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    isFinal: false,
    problem: 'tls_failed',
    says: 'The certificate of the broker has expired, or is not valid yet. Renew it at the broker, or mend the clock of this machine.',
  },
  {
    pattern: /ALTNAME_INVALID/,
    isFinal: false,
    problem: 'tls_failed',
    says: 'The certificate of the broker is for another host. Write the host that stands in it into `url`, or give it as `tls: { servername }`.',
  },
  {
    pattern: /SELF_SIGNED|UNABLE_TO_|self.signed|unable to (verify|get)/i,
    isFinal: false,
    problem: 'tls_failed',
    says: 'The certificate of the broker is of an authority that is not trusted here. Give the certificate of that authority as `tls: { ca }`.',
  },
  {
    pattern: /certificate|CERT_|SSL|TLS|EPROTO/i,
    isFinal: true,
    problem: 'tls_failed',
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
  const { isFinal, says, problem } = OPEN_FAILURES.find(({ pattern }) => pattern.test(text)) ?? UNKNOWN;
  return new ConnectionError('TRANSPORT_OPEN_FAILED', `RabbitMQ at ${shown} could not be reached. ${says}`, {
    cause: error,
    details: { address: shown, isFinal, ...(problem === undefined ? {} : { problem }) },
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

/** What somebody has to mend, in an error of {@link openError}. */
export function problemOf(error: unknown): ConnectionProblem | undefined {
  return isBusError(error) ? (error.details['problem'] as ConnectionProblem | undefined) : undefined;
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
