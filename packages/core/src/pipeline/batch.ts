import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { Contract } from '../messages/contract.ts';
import type { SendOptions } from './message-sender.ts';

/**
 * What became of one message of a batch. `accepted`: the broker has it; a mediator has handled it. `captured`: in a handler, it leaves
 * after the handler has returned. `rejected`: it was not sent. `unknown`: no answer came; send it again with the same message id.
 */
export type BatchOutcome =
  | { readonly status: 'accepted' | 'captured'; readonly messageId: string }
  /** `messageId` is `undefined` where the message was refused before it had one. */
  | { readonly status: 'rejected' | 'unknown'; readonly messageId: string | undefined; readonly error: unknown };

/** Options of all messages of a batch, or a function that gives those of each. */
export type BatchOptions<Message> = Omit<SendOptions, 'messageId'> | ((message: Message, index: number) => SendOptions);

/**
 * Ends well where all messages of a batch were accepted or captured.
 * @throws MessageError `BATCH_INCOMPLETE`: `details.failed` are the places of the others, `cause` their errors
 */
export function assertSent(outcomes: readonly BatchOutcome[]): void {
  const failed = outcomes.flatMap((outcome, index) => ('error' in outcome ? [{ index, error: outcome.error }] : []));
  const [first] = failed;
  if (first === undefined) return;
  const text = first.error instanceof Error ? first.error.message : String(first.error);
  throw new MessageError(
    'BATCH_INCOMPLETE',
    `${failed.length} of ${outcomes.length} messages were not sent; the first is the one at index ${first.index}: ${text} Send those again.`,
    { cause: new AggregateError(failed.map(({ error }) => error)), details: { failed: failed.map(({ index }) => index) } },
  );
}

/** The options of one message. */
export function optionsOf(options: BatchOptions<never>, message: unknown, index: number): SendOptions {
  return typeof options === 'function' ? options(message as never, index) : options;
}

/** @throws ConfigurationError `OPTION_INVALID` unless it is a list; or where one message id is given to all */
export function assertBatch(contract: Contract, messages: readonly unknown[], options: BatchOptions<never>): void {
  if (!Array.isArray(messages))
    throw new ConfigurationError('OPTION_INVALID', `The messages of "${contract.name}" are ${nameValue(messages)}. Pass a list.`);
  if (typeof options === 'object' && options !== null && 'messageId' in options)
    throw new ConfigurationError(
      'OPTION_INVALID',
      `One \`messageId\` was given for all messages of "${contract.name}". Give a function: \`(message, index) => ({ messageId })\`.`,
    );
}

/** Sends one message after another, each by `send`, with an outcome for each. */
export async function oneByOne(
  messages: readonly unknown[],
  options: BatchOptions<never>,
  newId: () => string,
  send: (message: unknown, options: SendOptions) => Promise<void>,
): Promise<readonly BatchOutcome[]> {
  const outcomes: BatchOutcome[] = [];
  for (const [index, message] of messages.entries()) {
    let messageId: string | undefined;
    try {
      const own = optionsOf(options, message, index);
      messageId = own.messageId ?? newId();
      await send(message, { ...own, messageId });
      outcomes.push({ status: 'accepted', messageId });
    } catch (error) {
      outcomes.push({ status: 'rejected', messageId, error });
    }
  }
  return outcomes;
}
