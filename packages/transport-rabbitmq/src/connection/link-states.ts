import type { TransportState } from '@waybill/core/transport';
import type { LinkState } from './connection-supervisor.ts';

/** What two connections are together, for people: away when one is, and refused when one is; blocked when the one for sending is. */
export function togetherOf(publish: LinkState, consume: LinkState): TransportState {
  const away = [publish, consume].filter((link) => link.is === 'reconnecting');
  const [first] = away.toSorted((one, other) => Number(other.problem !== undefined) - Number(one.problem !== undefined));
  if (first !== undefined) {
    const { reason, problem } = first;
    return problem === undefined ? { status: 'reconnecting', reason } : { status: 'reconnecting', reason, problem };
  }
  if (publish.is === 'connected' && publish.blocked !== undefined) return { status: 'blocked', reason: publish.blocked };
  return { status: 'connected' };
}
