import { SLOTS } from '../../messages/message-headers.ts';
import { assertSendOptions } from '../assert-send-options.ts';
import { NO_OPTIONS } from '../message-sender.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { Step } from '../step.ts';

/** Refuses options that do not exist or have a value that is not allowed, before anything is done with them. */
export const checkOptions: Step<OutgoingContext> = {
  name: 'check-options',
  description: 'Refuses options that do not exist or have a value that is not allowed.',
  run: (context, next) => {
    if (context.options !== NO_OPTIONS) assertSendOptions(context.contract, context.options, isRequest(context));
    return next(context);
  },
};

const isRequest = ({ contract, headers }: OutgoingContext): boolean => contract.hasReply && headers.at(SLOTS.replyTo) !== undefined;
