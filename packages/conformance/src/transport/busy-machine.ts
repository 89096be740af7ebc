/**
 * For endpoints in real time: a busy machine holds the event loop for a second now and then. The bus would warn, and a case
 * fails on warnings that it does not expect; who held the loop is no matter of the transport.
 */
export const BUSY_MACHINE = { blockedThreshold: '1m' } as const;
