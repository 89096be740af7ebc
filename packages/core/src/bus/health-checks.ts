import type { ReceiveFault } from '../receiving/receive-endpoint.ts';
import type { OutboxFault } from '../outbox/outbox-monitor.ts';
import type { TransportState } from '../transport/message-transport.ts';
import type { BusState } from './bus.ts';
import type { BusHealth, HealthCheck, HealthStatus } from './health.ts';

/** For so long an event counts as happening lately; in milliseconds. */
export const LATELY_MS = 60_000;

/** After so many failed deliveries in a row nothing goes well at an endpoint. */
export const FAILING_AFTER = 10;

/** For so long a connection may be away before that is more than a restart of the broker or of a network; in milliseconds. */
export const AWAY_MS = 30_000;

/** What is known of an endpoint. Times are epoch milliseconds, `undefined` where it has not happened. */
export interface EndpointFacts {
  readonly name: string;
  readonly isRunning: boolean;
  readonly pausedAt: number | undefined;
  /** Why it cannot be received from, while that is so. */
  readonly fault: ReceiveFault | undefined;
  readonly blockedAt: number | undefined;
  readonly settleFailedAt: number | undefined;
  readonly failedInARow: number;
  readonly failingSince: number;
}

/** What is known of a bus. */
export interface HealthFacts {
  readonly now: number;
  readonly bus: { readonly state: BusState; readonly since: number };
  readonly connection: { readonly state: TransportState; readonly since: number };
  /** What is wrong with the outbox; `undefined` where this bus does not relay. */
  readonly outbox: readonly OutboxFault[] | undefined;
  readonly endpoints: readonly EndpointFacts[];
}

/** A fault of a component, and since when. */
interface Fault {
  readonly status: Exclude<HealthStatus, 'healthy'>;
  readonly reason: string;
  readonly since: number;
}

/** Facts → health. Pure. */
export function checkHealth({ now, bus, connection, outbox, endpoints }: HealthFacts): BusHealth {
  const checks = [
    checkOf(
      'bus',
      bus.since,
      bus.state === 'started' ? [] : [{ status: 'unhealthy', reason: `the bus is ${bus.state}`, since: bus.since }],
    ),
    checkOf('connection', connection.since, connectionFaults(connection, now)),
    ...(outbox === undefined ? [] : [checkOf('outbox', bus.since, outboxFaults(outbox, now))]),
    ...endpoints.map((one) => checkOf(`endpoint:${one.name}`, bus.since, endpointFaults(one, bus.since, now))),
  ];
  return Object.freeze({ status: worst(checks), checks: Object.freeze(checks) });
}

/** True while messages can be sent and received: the bus is started and the connection stands. */
export function isReady({ bus, connection }: Pick<HealthFacts, 'bus' | 'connection'>): boolean {
  return bus.state === 'started' && (connection.state.status === 'connected' || connection.state.status === 'blocked');
}

function connectionFaults({ state, since }: HealthFacts['connection'], now: number): readonly Fault[] {
  if (state.status === 'connected') return [];
  if (state.status === 'blocked') return [{ status: 'degraded', reason: `the broker takes no messages: ${state.reason}`, since }];
  if (state.status === 'closed') return [{ status: 'unhealthy', reason: 'the connection is closed', since }];
  if (state.problem !== undefined)
    return [{ status: 'unhealthy', reason: `the connection is refused, ${state.problem}: ${state.reason}`, since }];
  const status = now - since < AWAY_MS ? 'degraded' : 'unhealthy';
  return [{ status, reason: `the connection is lost and being made again: ${state.reason}`, since }];
}

/** Without its store a bus handles nothing; a restart of the database is no more than that of a broker. */
function outboxFaults(faults: readonly OutboxFault[], now: number): readonly Fault[] {
  return faults.map(({ kind, reason, since }) => ({
    status: kind === 'store' && now - since >= AWAY_MS ? 'unhealthy' : 'degraded',
    reason,
    since,
  }));
}

function endpointFaults(one: EndpointFacts, busSince: number, now: number): readonly Fault[] {
  if (!one.isRunning) return [{ status: 'unhealthy', reason: 'it is not started', since: busSince }];
  const { pausedAt, blockedAt, settleFailedAt, fault } = one;
  const faults: Fault[] = [];
  if (fault !== undefined) faults.push({ status: 'unhealthy', reason: `it cannot be received from: ${fault.reason}`, since: fault.since });
  if (one.failedInARow >= FAILING_AFTER) {
    const reason = `the last ${one.failedInARow} messages failed, and none went well between`;
    faults.push({ status: 'unhealthy', reason, since: one.failingSince });
  }
  if (pausedAt !== undefined) faults.push({ status: 'degraded', reason: 'it is paused', since: pausedAt });
  if (isLately(settleFailedAt, now))
    faults.push({ status: 'degraded', reason: 'a delivery could not be settled lately', since: settleFailedAt });
  if (isLately(blockedAt, now)) faults.push({ status: 'degraded', reason: 'a handler held the event loop lately', since: blockedAt });
  return faults;
}

const isLately = (at: number | undefined, now: number): at is number => at !== undefined && now - at < LATELY_MS;

function checkOf(component: string, healthySince: number, faults: readonly Fault[]): HealthCheck {
  const since = new Date(Math.min(...(faults.length === 0 ? [healthySince] : faults.map((fault) => fault.since))));
  const reason = faults.length === 0 ? undefined : faults.map((fault) => fault.reason).join('; ');
  return Object.freeze({ component, status: worst(faults), reason, since });
}

const BADNESS: readonly HealthStatus[] = ['healthy', 'degraded', 'unhealthy'];

function worst(of: readonly { readonly status: HealthStatus }[]): HealthStatus {
  return BADNESS[Math.max(0, ...of.map(({ status }) => BADNESS.indexOf(status)))] as HealthStatus;
}
