/** How far the damage of an error reaches, from one message to the whole bus. */
export type BlastRadius = 'message' | 'delivery' | 'endpoint' | 'connection' | 'bus';

/** What the catalogue says of one code. */
export interface ErrorCodeEntry {
  readonly radius: BlastRadius;
  /** What has happened, and what it means for the message. */
  readonly meaning: string;
  /** What to do about it. */
  readonly wayOut: string;
}

const entry = (radius: BlastRadius, meaning: string, wayOut: string): ErrorCodeEntry => Object.freeze({ radius, meaning, wayOut });

/**
 * Every error code that Waybill raises or writes into the `waybill-error` header of a dead letter.
 * Codes are approved text: they never change their meaning, and `docs/reference/errors.md` is compared with this list by a test.
 */
export const ERROR_CODES = Object.freeze({
  // configuration and life: the bus
  CONFIGURATION_INVALID: entry('bus', 'The options of a bus hold one or more mistakes; all of them are listed.', 'Mend every line of the list.'),
  OPTION_INVALID: entry('bus', 'One option has a value that is not allowed.', 'Give it a value that its docstring allows.'),
  NAME_INVALID: entry('bus', 'A contract, endpoint or bus name breaks the rules for names.', 'Use lower-case segments of a-z, 0-9 and "-", joined by dots.'),
  BUS_NOT_STARTED: entry('bus', 'A message was sent before `bus.start()` had resolved; it was not sent.', 'Await `bus.start()` first.'),
  BUS_STOPPED: entry('bus', 'A message was sent after `bus.stop()` was called; it was not sent.', 'Send before stopping, or start the bus again.'),
  START_ABORTED: entry('bus', '`start()` was given up because its signal aborted or `stop()` was called meanwhile.', 'Start again.'),
  TOPOLOGY_DIFFERS: entry('bus', 'What the transport holds differs from what the bus needs; nothing was changed.', 'Start with `provisioning: "apply"`, or make the listed entities equal.'),
  CAPABILITY_NOT_SUPPORTED: entry('bus', 'The transport cannot do what was asked, and core has no way to do it in its place.', 'Drop the option, or choose a transport whose capability table has it.'),

  // sending: one message
  CONTRACT_KIND_MISMATCH: entry('message', 'A contract of the wrong kind was given: `send` takes commands, `publish` events.', 'Use the verb that fits the contract.'),
  CONTRACT_NOT_DECLARED: entry('message', 'The event is not listed in `publishes` and provisioning may not declare its topic.', 'List it in `createBus({ publishes })`, or start with `provisioning: "apply"`.'),
  MESSAGE_INVALID: entry('message', 'A message does not fit the schema of its contract.', 'See `issues` for the paths; on receive the message is dead-lettered without a retry.'),
  MESSAGE_NOT_SERIALIZABLE: entry('message', 'A message holds a value that cannot be written: a function, a symbol, a cycle, or more than 64 levels.', 'Send plain data.'),
  HEADER_NOT_ALLOWED: entry('message', 'A header has a name that is reserved or dangerous, or a name or value with control characters.', 'Choose another header name; `waybill-` names belong to the bus.'),
  MESSAGE_TOO_LARGE: entry('message', 'The body is larger than the transport or the serializer allows; it was not sent, or not read.', 'Send less, or raise the limit where the broker lets you.'),
  HEADERS_TOO_LARGE: entry('message', 'The headers together are larger than the transport allows; nothing was sent.', 'Send less in headers.'),
  UNROUTABLE: entry('message', 'There is no such endpoint or topic at the broker; the message was not stored.', 'Start the service that owns the endpoint once, or mend the route.'),
  LANE_BLOCKED: entry('message', 'An earlier message of the same destination and partition key was not accepted, so this one was held back to keep the order.', 'Send it again after the earlier one.'),
  SEND_REJECTED: entry('message', 'The transport refused the message; it is not stored.', 'See `cause`; retry if `retryable` is true.'),
  SEND_OUTCOME_UNKNOWN: entry('message', 'No answer came in time; the message may or may not be stored.', 'Send it again with the same message id.'),
  SERIALIZER_UNKNOWN: entry('message', 'No serializer is registered for the content type.', 'Register one by `createBus({ serializers })`.'),

  // receiving: one delivery
  BODY_UNREADABLE: entry('delivery', 'The body is not what its content type says; it was dead-lettered as `unreadable`.', 'Look at the body in the dead letter; mend the sender.'),
  BODY_NOT_ALLOWED: entry('delivery', 'The body holds a `__proto__` key; it was dead-lettered as `unreadable`.', 'Find out who sent it.'),
  BODY_TOO_DEEP: entry('delivery', 'The body is nested deeper than 64 levels; it was dead-lettered as `unreadable`.', 'Mend the sender; flatten the message.'),
  MESSAGE_NAME_MISSING: entry('delivery', 'A message came without a name, and its endpoint handles not exactly one contract; it was dead-lettered as `unreadable`.', 'Let the sender write `waybill-name`, or give foreign messages an endpoint of their own.'),
  VERSION_TOO_NEW: entry('delivery', 'The message has a version that this service does not know; it was dead-lettered as `version-too-new`.', 'Deploy the newer contract, then return the dead letter.'),
  MESSAGE_EXPIRED: entry('delivery', 'The message was not handled before its expiry; it was dead-lettered as `expired`.', 'Give it more time, or handle faster.'),
  HANDLER_FAILED: entry('delivery', 'A handler threw something that is no error.', 'Throw an Error.'),
  NEXT_CALLED_TWICE: entry('delivery', 'A middleware called `next` more than once; the message counts as failed.', 'Call `next` once.'),
  ALREADY_SETTLED: entry('delivery', 'A delivery was settled a second time with another verb; the first verb stands.', 'Settle once.'),
  SETTLE_LOST: entry('delivery', 'The right to settle a delivery was lost (lock expired, channel closed); the broker will deliver the message again.', 'Handle faster, or raise the lock.'),
  NO_TRANSACTION: entry('delivery', '`context.transaction` was read on a bus without a store.', 'Give the bus a `store`.'),

  // running
  ENDPOINT_UNKNOWN: entry('endpoint', 'The bus has no endpoint of that name.', 'Use a name that the bus was created with.'),
  TRANSPORT_NOT_OPEN: entry('connection', 'The transport was used before it was open or after it was closed.', 'Open it first; within a bus this is a fault of Waybill.'),
  TRANSPORT_OPEN_FAILED: entry('connection', 'The transport could not be opened; `cause` says why.', 'Check address, credentials and the broker; opening may be tried again.'),
  TRANSACTION_OUTCOME_UNKNOWN: entry('connection', 'A COMMIT got no answer; the transaction may or may not have taken effect.', 'The delivery is released; the inbox tells on its return.'),
});

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
