import { SLOTS } from '../../messages/message-headers.ts';
import { assertSendOptions } from '../assert-send-options.ts';
import { NO_OPTIONS } from '../message-sender.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Refuses options that do not exist or have a value that is not allowed, before anything is done with them. */
export const checkOptions: PlainStep<OutgoingContext> = {
  name: 'check-options',
  description: 'Refuses options that do not exist or have a value that is not allowed.',
  apply: (context) => {
    if (context.options !== NO_OPTIONS) assertSendOptions(context.contract, context.options, isRequest(context));
  },
};

const isRequest = ({ contract, headers }: OutgoingContext): boolean => contract.hasReply && headers.at(SLOTS.replyTo) !== undefined;
