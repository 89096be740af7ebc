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

/**
 * Every error code that Waybill raises or writes into the `waybill-error` header of a dead letter.
 * Codes are approved text: they never change their meaning, and `docs/reference/errors.md` is compared with this list by a test.
 */
export const ERROR_CODES = {
  // configuration and life: the bus
  CONFIGURATION_INVALID: {
    radius: 'bus',
    meaning: 'The options of a bus hold one or more mistakes; all of them are listed.',
    wayOut: 'Mend every line of the list.',
  },
  STATISTICS_OFF: {
    radius: 'bus',
    meaning: '`bus.statistics()` was called on a bus that does not count.',
    wayOut: 'Create the bus with `telemetry: { statistics: true }`, or with a meter.',
  },
  OPTION_INVALID: {
    radius: 'bus',
    meaning: 'One option has a value that is not allowed.',
    wayOut: 'Give it a value that its docstring allows.',
  },
  NAME_INVALID: {
    radius: 'bus',
    meaning: 'A contract, endpoint or bus name breaks the rules for names.',
    wayOut: 'Use lower-case segments of a-z, 0-9 and "-", joined by dots.',
  },
  CONTRACT_INVALID: {
    radius: 'message',
    meaning: 'What was given is no contract: often `undefined`, out of a circle of imports.',
    wayOut: 'Pass what `defineCommand`, `defineEvent` or `defineQuery` has made.',
  },
  HANDLER_NOT_BOUND: {
    radius: 'bus',
    meaning: 'A list of handlers holds a class or a value that says not what it handles, or `@handles` stands where it cannot.',
    wayOut: 'Decorate the class or its methods with `@handles(X)`, or list `handlerClass(X, Class)` or `handler(X, fn)`.',
  },
  CONTAINER_MISSING: {
    radius: 'bus',
    meaning: 'A handler class has constructor parameters, and there is no container to fill them.',
    wayOut: 'Give a `container`, or a class whose constructor needs nothing.',
  },
  AMBIENT_UNAVAILABLE: {
    radius: 'bus',
    meaning: '`ambient` is true, and the platform has no asynchronous context, as in browsers.',
    wayOut: 'Drop it, and send by the `context` of the handler.',
  },
  BUS_NOT_STARTED: {
    radius: 'bus',
    meaning: 'A message was sent before `bus.start()` had resolved; it was not sent.',
    wayOut: 'Await `bus.start()` first.',
  },
  BUS_STOPPED: {
    radius: 'bus',
    meaning: 'A message was sent after `bus.stop()` was called; it was not sent.',
    wayOut: 'Send before stopping, or start the bus again.',
  },
  START_ABORTED: {
    radius: 'bus',
    meaning: '`start()` was given up because its signal aborted or `stop()` was called meanwhile.',
    wayOut: 'Start again.',
  },
  TOPOLOGY_DIFFERS: {
    radius: 'bus',
    meaning: 'What the transport holds differs from what the bus needs; nothing was changed.',
    wayOut: 'Start with `provisioning: "apply"`, or make the listed entities equal.',
  },
  TOPOLOGY_REFUSED: {
    radius: 'bus',
    meaning: 'The broker refuses to declare or to look up an entity: a right is missing, or it does not take a name or a setting.',
    wayOut: 'Grant the right, or let an operator apply the topology and start with `provisioning: "validate"`; mend the setting.',
  },
  TOPOLOGY_TIMEOUT: {
    radius: 'bus',
    meaning: 'The broker did not answer for its topology in time; what it has made or removed until then stays so.',
    wayOut: 'Look at the broker (alarms, load), then do it again: all of it may be repeated. Raise `timeout` where it needs longer.',
  },
  CAPABILITY_NOT_SUPPORTED: {
    radius: 'bus',
    meaning: 'The transport cannot do what was asked, and core has no way to do it in its place.',
    wayOut: 'Drop the option, or choose a transport whose capability table has it.',
  },
  SCHEMA_NOT_CONVERTIBLE: {
    radius: 'bus',
    meaning: 'The schema library cannot write a schema of a contract as JSON Schema.',
    wayOut: 'Change the schema, or ask for another target or direction.',
  },

  // sending: one message
  CONTRACT_KIND_MISMATCH: {
    radius: 'message',
    meaning:
      'A contract of the wrong kind was given: `send` takes commands, `publish` events, `request` queries and commands with a reply.',
    wayOut: 'Use the verb that fits the contract.',
  },
  HANDLER_MISSING: {
    radius: 'message',
    meaning: 'The message goes to an endpoint of this same bus, or to a mediator, that has no handler for it; it was not sent.',
    wayOut: 'List its handler at that endpoint, or in `createMediator({ handlers })`, or mend the route.',
  },
  CONTRACT_NOT_DECLARED: {
    radius: 'message',
    meaning: 'Provisioning may declare nothing, and the event is not in `publishes`, or the command or query not in the `sends` given.',
    wayOut: 'List it in `createBus({ publishes })` or `createBus({ sends })`, or start with `provisioning: "apply"`.',
  },
  MESSAGE_INVALID: {
    radius: 'message',
    meaning: 'A message does not fit the schema of its contract.',
    wayOut: 'See `issues` for the paths; on receive the message is dead-lettered without a retry.',
  },
  MESSAGE_NOT_SERIALIZABLE: {
    radius: 'message',
    meaning:
      'A message is `undefined`, or holds what cannot be written: a function, a symbol, a cycle, or more than 64 levels; or a serializer of your own wrote no bytes.',
    wayOut: 'Send plain data.',
  },
  HEADER_NOT_ALLOWED: {
    radius: 'message',
    meaning: 'A header has a name that is reserved or dangerous, a name or value with control characters, or a value that makes no sense.',
    wayOut: 'Choose another header name; `waybill-` names belong to the bus.',
  },
  MESSAGE_TOO_LARGE: {
    radius: 'message',
    meaning: 'The body is larger than the transport or the serializer allows; it was not sent, or not read.',
    wayOut: 'Send less, or raise the limit where the broker lets you.',
  },
  HEADERS_TOO_LARGE: {
    radius: 'message',
    meaning: 'The headers together are larger than the transport allows; nothing was sent.',
    wayOut: 'Send less in headers.',
  },
  UNROUTABLE: {
    radius: 'message',
    meaning: 'There is no such endpoint or topic at the broker; the message was not stored.',
    wayOut: 'Start the service that owns the endpoint once, or mend the route.',
  },
  SCHEMA_ASYNCHRONOUS: {
    radius: 'message',
    meaning: 'The schema of a contract validates asynchronously, which a mediator does not wait for; nothing was handled.',
    wayOut: 'Make the schema synchronous, check in the handler, or send by a bus.',
  },
  LANE_BLOCKED: {
    radius: 'message',
    meaning: 'An earlier message of the same destination and partition key was not accepted, so this one was held back to keep the order.',
    wayOut: 'Send it again after the earlier one.',
  },
  SEND_REJECTED: {
    radius: 'message',
    meaning: 'The transport refused the message; it is not stored.',
    wayOut: 'See `cause`; retry if `retryable` is true.',
  },
  SEND_OUTCOME_UNKNOWN: {
    radius: 'message',
    meaning: 'No answer came in time; the message may or may not be stored.',
    wayOut: 'Send it again with the same message id.',
  },
  BATCH_INCOMPLETE: {
    radius: 'message',
    meaning: '`assertSent` was given outcomes of which some are `rejected` or `unknown`; the others were sent.',
    wayOut: 'Send those in `details.failed` again.',
  },
  QUEUE_FULL: {
    radius: 'message',
    meaning: 'As many events wait in a mediator with `dispatch` as there is room for; this one was not published.',
    wayOut: "Publish slower, raise `dispatch.capacity`, or choose `whenFull: 'wait'`.",
  },
  REQUEST_TIMEOUT: {
    radius: 'message',
    meaning: 'No reply came in time. The request may have been handled all the same; a late reply is dropped and counted.',
    wayOut: 'Ask again where that is safe, raise `timeout`, or look whether the other service runs.',
  },
  REQUEST_ABORTED: {
    radius: 'message',
    meaning: 'The signal of a request aborted before its reply came. The request may have been handled all the same.',
    wayOut: 'See `cause`; nothing is to be done where the caller gave up.',
  },
  REQUEST_FAULTED: {
    radius: 'message',
    meaning: 'The other service could not handle the request; `details.fault` is what it said.',
    wayOut: 'Look into the dead letters of the endpoint that handles it.',
  },
  REPLY_INVALID: {
    radius: 'message',
    meaning: 'A reply came that is none of the contract, cannot be read, or does not fit its schema; `cause` says why.',
    wayOut: 'Bring both services to the same version of the contract.',
  },
  SEND_STOPPED: {
    radius: 'message',
    meaning: 'A send middleware did not call `next`; the message was not sent.',
    wayOut: 'Call `next`, or throw an error that says why not.',
  },
  SERIALIZER_UNKNOWN: {
    radius: 'message',
    meaning: 'No serializer is registered for the content type.',
    wayOut: 'Register one by `createBus({ serializers })`.',
  },

  // receiving: one delivery
  BODY_UNREADABLE: {
    radius: 'delivery',
    meaning: 'The body is not what its content type says; it was dead-lettered as `unreadable`.',
    wayOut: 'Look at the body in the dead letter; mend the sender.',
  },
  BODY_NOT_ALLOWED: {
    radius: 'delivery',
    meaning: 'The body holds a `__proto__` key; it was dead-lettered as `unreadable`.',
    wayOut: 'Find out who sent it.',
  },
  BODY_TOO_DEEP: {
    radius: 'delivery',
    meaning: 'The body is nested deeper than 64 levels; it was dead-lettered as `unreadable`.',
    wayOut: 'Mend the sender; flatten the message.',
  },
  MESSAGE_NAME_MISSING: {
    radius: 'delivery',
    meaning: 'A message came without a name, and its endpoint handles not exactly one contract; it was dead-lettered as `unreadable`.',
    wayOut: 'Let the sender write `waybill-name`, or give foreign messages an endpoint of their own.',
  },
  MESSAGE_NAME_UNKNOWN: {
    radius: 'delivery',
    meaning: 'Nobody at the endpoint handles messages of that name; it was set aside, or dead-lettered as `unknown`.',
    wayOut: "Deploy its handler, then return it; or mend the sender's route.",
  },
  RECOVERY_RULE_FAILED: {
    radius: 'delivery',
    meaning: 'A rule or a retry delay of a recovery policy threw; the message was dead-lettered, with both errors.',
    wayOut: 'Mend the rule, then return the dead letter.',
  },
  PROCESS_CRASHED: {
    radius: 'delivery',
    meaning:
      'The message came back again and again without an end, the last three times with nothing handled beside it: it ends its process; it was dead-lettered as `crashed`.',
    wayOut: 'Mend what ends the process, then return the dead letter. `recovery.maxCrashes` says how often it may come back before.',
  },
  VERSION_TOO_NEW: {
    radius: 'delivery',
    meaning: 'The message has a version that this service does not know; it was dead-lettered as `version-too-new`.',
    wayOut: 'Deploy the newer contract, then return the dead letter.',
  },
  MESSAGE_EXPIRED: {
    radius: 'delivery',
    meaning: 'The message was not handled before its expiry; it was dead-lettered as `expired`.',
    wayOut: 'Give it more time, or handle faster.',
  },
  HANDLER_FAILED: {
    radius: 'delivery',
    meaning: 'A handler threw something that is no error, or several handlers of one message failed.',
    wayOut: 'Throw an Error; `cause` holds the errors of several.',
  },
  HANDLER_TIMEOUT: {
    radius: 'delivery',
    meaning: 'A handler did not end within its timeout; its signal aborted and the attempt failed.',
    wayOut: 'Handle faster, or raise `timeout`.',
  },
  UNRECOVERABLE: {
    radius: 'delivery',
    meaning: 'A handler said that no attempt can succeed; the message was dead-lettered without another.',
    wayOut: 'Mend the cause, then return the dead letter.',
  },
  ATTEMPT_ENDED: {
    radius: 'delivery',
    meaning: 'A handler, or the work of `bus.transaction`, sent something after its end; nothing was sent.',
    wayOut: 'Await everything before it returns, and end when the signal aborts.',
  },
  // transactions and stores
  IDEMPOTENCY_KEY_INVALID: {
    radius: 'delivery',
    meaning: 'The idempotency key of a message is no text of 1 to 256 characters; the attempt failed.',
    wayOut: 'Let `idempotencyKey` of the handler give such a text.',
  },
  STORE_MISSING: {
    radius: 'bus',
    meaning: '`bus.transaction` or `bus.outbox` was used on a bus without a store; nothing was done.',
    wayOut: 'Create the bus with a `store`.',
  },
  NO_TRANSACTION: {
    radius: 'delivery',
    meaning:
      '`context.transaction` was read where none is open: the bus has no `store`, or it was read outside of a handler. Or a transaction was used that is not open: it has ended, or was never begun.',
    wayOut:
      'Create the bus with a `store`, and read it in the handler; middleware runs outside of the transaction. Await all that uses a transaction before it ends.',
  },
  STORE_UNAVAILABLE: {
    radius: 'connection',
    meaning: 'The database gave no connection in time, or the connection broke before the transaction was committed; nothing was changed.',
    wayOut: 'See `cause`: start the database, or give its pool more connections. The work may be run again.',
  },
  STORE_SCHEMA_DIFFERS: {
    radius: 'bus',
    meaning: 'The tables of the store are missing, older or newer than this version needs, and provisioning may not change them.',
    wayOut: "Run the store's migrations, or start with `provisioning: 'apply'`; after a newer version use that or a later one.",
  },
  TRANSACTION_CONFLICT: {
    radius: 'delivery',
    meaning: 'The database ended the transaction because of a deadlock or a serialization failure; nothing was changed.',
    wayOut: 'Run it again; in a handler that is done three times. Lock rows in one order, and keep transactions short.',
  },
  TRANSACTION_OUTCOME_UNKNOWN: {
    radius: 'delivery',
    meaning: 'The connection broke while COMMIT was under way: all of the transaction is stored, or nothing.',
    wayOut:
      'In a handler nothing: the inbox tells when the message is handled again. Elsewhere look whether it is stored before you run it again.',
  },
  TRANSACTION_ROLLED_BACK: {
    radius: 'delivery',
    meaning:
      'The database rolled back instead of committing: a statement had failed and its error was caught, or the transaction stood open for longer than the database lets it. Nothing was changed.',
    wayOut: 'Let the error of a failed statement pass, or set a savepoint before the statement; do less in the transaction.',
  },
  EVENT_LOOP_BLOCKED: {
    radius: 'endpoint',
    meaning: 'A handler held the event loop for long without a pause; nothing else ran meanwhile.',
    wayOut: 'Split the work, or move it to a worker thread.',
  },
  REPLIED_TWICE: {
    radius: 'delivery',
    meaning: 'A handler replied twice to one request; the attempt failed.',
    wayOut: 'Return the reply, or call `context.reply` once and return what it gives.',
  },
  REPLY_MISSING: {
    radius: 'delivery',
    meaning: 'A handler returned nothing although its contract has a reply and somebody waits for it; the attempt failed.',
    wayOut: 'Return the reply.',
  },
  REPLY_UNEXPECTED: {
    radius: 'delivery',
    meaning: 'A handler replied where its contract has no reply, or with a kind that the contract does not name; the attempt failed.',
    wayOut: 'Give the contract the reply, or drop the call.',
  },
  REPLY_ADDRESS_REFUSED: {
    radius: 'delivery',
    meaning: 'A request came with a reply address that is none of its transport; it was handled, and the reply was dropped and counted.',
    wayOut: 'Find out who sent it.',
  },
  NEXT_CALLED_TWICE: {
    radius: 'delivery',
    meaning: 'A middleware called `next` more than once; the message counts as failed.',
    wayOut: 'Call `next` once.',
  },
  ALREADY_SETTLED: {
    radius: 'delivery',
    meaning: 'A delivery was settled a second time with another verb; the first verb stands.',
    wayOut: 'Settle once.',
  },
  SETTLE_LOST: {
    radius: 'delivery',
    meaning: 'The right to settle a delivery was lost (lock expired, channel closed); the broker will deliver the message again.',
    wayOut: 'Handle faster, or raise the lock.',
  },

  // running
  ENDPOINT_UNKNOWN: {
    radius: 'endpoint',
    meaning: 'The bus has no endpoint of that name.',
    wayOut: 'Use a name that the bus was created with.',
  },
  ENDPOINT_NOT_PASSIVE: {
    radius: 'endpoint',
    meaning: 'Messages were pushed to an endpoint that receives by itself; none was handled.',
    wayOut: 'Make it `endpoint(name, { passive: true })`, or leave the receiving to it.',
  },
  TRANSPORT_NOT_OPEN: {
    radius: 'connection',
    meaning: 'The transport was used before it was open or after it was closed.',
    wayOut: 'Open it first; within a bus this is a fault of Waybill.',
  },
  TRANSPORT_OPEN_FAILED: {
    radius: 'connection',
    meaning: 'The transport could not be opened; `cause` says why.',
    wayOut: 'Check address, credentials and the broker; opening may be tried again.',
  },
} as const;
Object.freeze<Record<string, ErrorCodeEntry>>(ERROR_CODES);

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
