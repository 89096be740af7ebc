import { MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { HEADERS } from '../messages/headers.ts';
import type { FaultError } from '../messages/fault.ts';
import { Fault } from '../messages/fault.ts';
import { replyContract } from '../messages/reply-contract.ts';
import { validateMessage } from '../messages/validate-message.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { TransportMessage } from '../transport/transport-message.ts';

/**
 * What `request` resolves to: the output of the reply's schema, or `{ kind, message }` where replies are named.
 * @throws MessageError `REQUEST_FAULTED`, `REPLY_INVALID`
 */
export async function readReply(request: Contract, reply: TransportMessage, serializers: SerializerRegistry): Promise<unknown> {
  const name = reply.headers.get(HEADERS.name);
  if (name === Fault.name) throw requestFaulted(request, reply, serializers);
  const { contract, kind } = expectedReply(request, name);
  assertVersionKnown(request, reply);
  try {
    const message = await validateMessage(contract, deserialize(reply, serializers));
    return kind === undefined ? message : { kind, message };
  } catch (error) {
    throw invalid(request, 'cannot be read, or does not fit its schema', { cause: error });
  }
}

/** A name from the wire is looked up among those of the contract, and never taken apart. A plain responder may give none. */
function expectedReply(request: Contract, name: string | undefined): { readonly contract: Contract; readonly kind: string | undefined } {
  if (request.namedReplies === undefined) {
    const contract = replyContract(request);
    if (name === undefined || name === contract.name) return { contract, kind: undefined };
  } else {
    for (const kind of request.namedReplies.keys()) {
      const contract = replyContract(request, kind);
      if (name === contract.name) return { contract, kind };
    }
  }
  throw invalid(request, `is named ${JSON.stringify(name)}, which is none of the contract's replies`, {});
}

function assertVersionKnown(request: Contract, { headers }: TransportMessage): void {
  const version = Number(headers.get(HEADERS.version) ?? 1);
  if (version > request.version) throw invalid(request, `has version ${version}; this service knows ${request.version}`, {});
}

function deserialize({ headers, body }: TransportMessage, serializers: SerializerRegistry): unknown {
  return serializers.forContentType(headers.get(HEADERS.contentType)).deserialize(body);
}

function invalid(request: Contract, what: string, options: { readonly cause?: unknown }): MessageError {
  return new MessageError('REPLY_INVALID', `The reply to "${request.name}" ${what}. Bring both services to the same contract.`, {
    ...options,
    details: { contract: request.name },
  });
}

/** The fault as it came. What cannot be read is a fault all the same. */
function requestFaulted(request: Contract, reply: TransportMessage, serializers: SerializerRegistry): MessageError {
  const details = { contract: request.name, messageId: reply.headers.get(HEADERS.causation), fault: undefined as unknown };
  try {
    details.fault = deserialize(reply, serializers);
  } catch (error) {
    return new MessageError('REQUEST_FAULTED', `"${request.name}" failed at the other service; its fault cannot be read.`, {
      cause: error,
      details,
    });
  }
  const said = saidBy(details.fault);
  return new MessageError('REQUEST_FAULTED', `"${request.name}" failed at ${said}. See \`details.fault\` and its dead letters.`, {
    details,
  });
}

/** Where it failed and why, as far as the fault has the form of one: it comes from outside. */
function saidBy(fault: unknown): string {
  const { endpoint, attempts, errors } = (fault ?? {}) as { readonly [Name in keyof Fault]?: unknown };
  const place = typeof endpoint === 'string' ? `the endpoint "${cut(endpoint)}"` : 'the other service';
  const tries = typeof attempts === 'number' && attempts > 1 ? ` after ${attempts} attempts` : '';
  const { name, message } = ((Array.isArray(errors) ? errors[0] : undefined) ?? {}) as { readonly [Name in keyof FaultError]?: unknown };
  const reason = typeof name === 'string' && typeof message === 'string' ? `: ${cut(name)}: ${cut(message)}` : '';
  return `${place}${tries}${reason}`;
}

/** One line, not too long. */
const cut = (text: string): string => (text.split('\n', 1)[0] as string).slice(0, LONGEST);

const LONGEST = 200;
