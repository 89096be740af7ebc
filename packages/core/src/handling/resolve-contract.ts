import { DeliveryError } from '../errors/bus-error.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { HandledContract, HandlerTable } from './handler-table.ts';

/** Finds the contract by the name on the wire. A name that nobody here handles is its own outcome, `skipped`, and no failure. */
export function resolveContract(table: HandlerTable): Step<IncomingContext> {
  return {
    name: 'resolve-contract',
    description: 'Finds the contract by the name on the wire; what nobody here handles is skipped.',
    run: (context, next) => {
      const name = context.allHeaders.at(SLOTS.name);
      const handled = name === undefined ? table.single : table.find(name);
      if (handled === undefined) {
        if (name === undefined) throw nameMissing(context);
        context.outcome = 'skipped';
        return undefined;
      }
      assertVersionKnown(context, handled);
      context.contract = handled.contract;
      return next(context);
    },
  };
}

function assertVersionKnown(context: IncomingContext, { contract }: HandledContract): void {
  const text = context.allHeaders.at(SLOTS.version);
  if (text === undefined || text === '1') return;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw versionUnreadable(context, text);
  const version = Number(text);
  if (version <= contract.version) return;
  throw new DeliveryError(
    'VERSION_TOO_NEW',
    `The message "${context.messageId}" is "${contract.name}" of version ${version}; this service knows ${contract.version}. Deploy the newer contract, then return the dead letter.`,
    { details: { contract: contract.name, version, known: contract.version } },
  );
}

function versionUnreadable({ messageId }: IncomingContext, text: string): DeliveryError {
  return new DeliveryError(
    'HEADER_NOT_ALLOWED',
    `The message "${messageId}" has the version ${JSON.stringify(text)}, which is no whole number from 1. Find out who sent it.`,
    { details: { messageId } },
  );
}

function nameMissing(context: IncomingContext): DeliveryError {
  return new DeliveryError(
    'MESSAGE_NAME_MISSING',
    `A message without a name came to the endpoint "${context.endpoint}", which handles not exactly one contract. Let the sender write \`waybill-name\`, or give it an endpoint of its own.`,
    { details: { endpoint: context.endpoint } },
  );
}
