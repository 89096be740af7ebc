import { expect, it } from 'vitest';
import type { LinkState } from '../../src/connection/connection-supervisor.ts';
import { togetherOf } from '../../src/connection/link-states.ts';

const abort = new AbortController();
const connected = (blocked?: string): LinkState => ({ is: 'connected', connection: {} as never, blocked });
const away: LinkState = { is: 'reconnecting', abort, reason: 'ECONNRESET', problem: undefined };
const refused: LinkState = { is: 'reconnecting', abort, reason: 'wrong password', problem: 'auth_failed' };
const REFUSED = { status: 'reconnecting', reason: 'wrong password', problem: 'auth_failed' };

it.each([
  ['both connected', connected(), connected(), { status: 'connected' }],
  ['the one for sending blocked', connected('disk'), connected(), { status: 'blocked', reason: 'disk' }],
  ['the one for receiving blocked', connected(), connected('disk'), { status: 'connected' }],
  ['one away, one blocked', connected('disk'), away, { status: 'reconnecting', reason: 'ECONNRESET' }],
  ['one refused', connected(), refused, REFUSED],
  ['one away, one refused', away, refused, REFUSED],
  ['one refused, one away', refused, away, REFUSED],
] as const)('of two connections, %s', (_what, publish, consume, state) => {
  expect(togetherOf(publish, consume)).toEqual(state);
});
