/** The names of all log events. */
export const LOG_EVENTS = {
  busStarted: 'bus.started',
  busStopped: 'bus.stopped',
  busStopWaiting: 'bus.stop-waiting',
  busStopForced: 'bus.stop-forced',
  destinationMissing: 'destination.missing',
  transportState: 'transport.state',
  transportCloseFailed: 'transport.close-failed',
  messagesLeft: 'transport.messages-left',
  callbackFailed: 'transport.callback-failed',
  receiverStopFailed: 'receiver.stop-failed',
  messageRetried: 'message.retried',
  messageFailed: 'message.failed',
  messageHopped: 'message.hopped',
  messageDeadLettered: 'message.dead-lettered',
  messageUnordered: 'message.unordered',
  messageSkipped: 'message.skipped',
  messageDiscarded: 'message.discarded',
  faultFailed: 'fault.failed',
  messageReleased: 'message.released',
  replyDropped: 'reply.dropped',
  replyRefused: 'reply.refused',
  replyUnsent: 'reply.unsent',
  settleLost: 'delivery.settle-lost',
  settleFailed: 'delivery.settle-failed',
  deliveryAfterStop: 'delivery.after-stop',
  handlerAbandoned: 'handler.abandoned',
  handlerBlocking: 'handler.blocking',
  dispatchDropped: 'dispatch.dropped',
  dispatchFailed: 'dispatch.failed',
  scopeDisposeFailed: 'scope.dispose-failed',
  hookFailed: 'hook.failed',
  taskFailed: 'task.failed',
} as const;
Object.freeze(LOG_EVENTS);

/** One of the names in {@link LOG_EVENTS}. */
export type LogEvent = (typeof LOG_EVENTS)[keyof typeof LOG_EVENTS];
