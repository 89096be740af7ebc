import { MessageError } from '../errors/bus-error.ts';
import { nearest } from '../errors/option-problems.ts';
import { HEADERS } from '../messages/headers.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import type { RouteRule, RouteTable } from '../routing/route-table.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';
import type { RejectionCode, SendOutcome, TransportEntry } from '../transport/transport-message.ts';

/** What is known about an entry that was not accepted. */
export interface UnsentEntry {
  readonly entry: TransportEntry;
  readonly capabilities: TransportCapabilities;
  /** The rule that chose its destination; `undefined` where nothing was chosen. */
  readonly rule: RouteRule | undefined;
  /** The other endpoints that the bus knows of, where a place is missing. */
  readonly othersThan: RouteTable['othersThan'];
}

/** The error for an entry that was not accepted: what, where, why, and the way out. */
export function sendError(unsent: UnsentEntry, outcome: Exclude<SendOutcome, { readonly status: 'accepted' }>): MessageError {
  const { entry } = unsent;
  const place = entry.destination.kind === 'reply' ? 'the reply address' : `the ${entry.destination.kind} "${entry.destination.name}"`;
  const message = entry.headers.get(HEADERS.name);
  const details = { destination: place, messageId: entry.headers.get(HEADERS.id), message };
  const behind = outcome.cause === undefined ? {} : { cause: outcome.cause };
  if (outcome.status === 'unknown') {
    return new MessageError(
      'SEND_OUTCOME_UNKNOWN',
      `No answer came for "${message}" to ${place}; it may or may not be stored. Send it again with the same message id.`,
      { ...behind, details: { ...details, outcome: 'unknown' } },
    );
  }
  const reason = reasonFor(outcome.code, unsent);
  return new MessageError(outcome.code, `"${message}" was not accepted by ${place}: ${outcome.code}. ${reason.text}`, {
    ...behind,
    details: { ...details, ...reason.facts, outcome: 'rejected', retryable: outcome.retryable },
  });
}

interface Reason {
  readonly text: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

function reasonFor(code: RejectionCode, unsent: UnsentEntry): Reason {
  const { entry, capabilities, rule } = unsent;
  if (code === 'UNROUTABLE') return { text: unroutable(unsent), facts: { chosenBy: rule } };
  if (code === 'MESSAGE_TOO_LARGE') return tooLarge('body', entry.body.byteLength, capabilities.maxMessageBytes);
  if (code === 'HEADERS_TOO_LARGE')
    return tooLarge('headers', MessageHeaders.copyOf(entry.headers).byteLength(), capabilities.maxHeaderBytes);
  return { text: WAY_OUT[code] };
}

function tooLarge(what: 'body' | 'headers', bytes: number, max: number): Reason {
  const wayOut = what === 'body' ? 'Send less, or raise the limit where the broker lets you.' : 'Send less in headers.';
  return { text: `Its ${what} ${what === 'body' ? 'has' : 'have'} ${bytes} bytes; ${max} are allowed. ${wayOut}`, facts: { bytes, max } };
}

function unroutable({ entry, rule, othersThan }: UnsentEntry): string {
  const chosen = rule === undefined ? '' : ` It was chosen by ${CHOSEN_BY[rule]}.`;
  const meant = entry.destination.kind === 'endpoint' ? meantEndpoint(othersThan(entry.destination.name)) : '';
  return `There is no such place.${chosen}${meant} Start the service that owns it once, or mend the route.`;
}

const MOST_NAMES = 10;

/** The endpoint that a mistyped name may have meant, else those that there are. */
function meantEndpoint({ name, known }: ReturnType<RouteTable['othersThan']>): string {
  const near = nearest(name, known);
  if (near !== undefined) return ` Did you mean "${near}"?`;
  if (known.length === 0) return ' This bus knows no other endpoint.';
  const more = known.length > MOST_NAMES ? `, and ${known.length - MOST_NAMES} more` : '';
  return ` This bus knows ${known.slice(0, MOST_NAMES).join(', ')}${more}.`;
}

/** The rules of routing, in words. */
export const CHOSEN_BY: Readonly<Record<RouteRule, string>> = {
  to: '`to` at the call',
  route: 'a route of the bus',
  'own-endpoint': 'the endpoint of this bus that handles it',
  contract: 'the `endpoint` of the contract',
  name: 'the name of the contract, up to its last dot',
  topic: 'the name of the event',
};

const WAY_OUT: Readonly<Record<Exclude<RejectionCode, 'UNROUTABLE' | 'MESSAGE_TOO_LARGE' | 'HEADERS_TOO_LARGE'>, string>> = {
  HEADER_NOT_ALLOWED: 'Choose another header name.',
  LANE_BLOCKED: 'Send it again after the message before it.',
  SEND_REJECTED: 'See `cause`.',
};
