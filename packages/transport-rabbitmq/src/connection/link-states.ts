import type { TransportState } from '@waybill/core/transport';
import type { LinkState } from './connection-supervisor.ts';

/** What two connections are together, for people: away when one is, blocked when the one for sending is. */
export function togetherOf(publish: LinkState, consume: LinkState): TransportState {
  for (const link of [publish, consume]) if (link.is === 'reconnecting') return { status: 'reconnecting', reason: link.reason };
  if (publish.is === 'connected' && publish.blocked !== undefined) return { status: 'blocked', reason: publish.blocked };
  return { status: 'connected' };
}
