import type { TransportCase } from '../../transport-case.ts';

/** Reply inboxes. */
export const REPLIES_CASES: readonly TransportCase[] = [];
