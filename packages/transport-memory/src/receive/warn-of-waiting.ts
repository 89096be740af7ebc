import type { Logger } from '@waybill/core/transport';
import { LOG_EVENTS } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import type { Place } from '../broker/place.ts';

/** Says once what still waits at the places that were received from, where nobody is left at the broker who could take it. */
export function warnOfWaiting(places: Iterable<Place>, { connections }: BrokerState, logger: Logger): void {
  if (connections.size > 0) return;
  const waiting = Array.from(places, (place) => [place.name, place.waiting + place.delayed] as const).filter(([, count]) => count > 0);
  if (waiting.length === 0) return;
  logger.warn(
    { event: LOG_EVENTS.messagesLeft, transport: 'memory', waiting: Object.fromEntries(waiting) },
    'messages still wait in memory: they are handled when the bus starts again in this process, and lost with it. Wait for them before you stop the bus',
  );
}
