import { describe, expect, it } from 'vitest';
import type { EndpointFacts, HealthFacts } from '../../src/bus/health-checks.ts';
import { AWAY_MS, checkHealth, FAILING_AFTER, isReady, LATELY_MS } from '../../src/bus/health-checks.ts';

const NOW = 1_700_000_000_000;
const orders: EndpointFacts = {
  name: 'orders',
  isRunning: true,
  pausedAt: undefined,
  fault: undefined,
  blockedAt: undefined,
  settleFailedAt: undefined,
  failedInARow: 0,
  failingSince: 0,
};
const well: HealthFacts = {
  now: NOW,
  bus: { state: 'started', since: NOW - 5_000 },
  connection: { state: { status: 'connected' }, since: NOW - 4_000 },
  outbox: undefined,
  endpoints: [orders],
};
const withEndpoint = (facts: Partial<EndpointFacts>): HealthFacts => ({ ...well, endpoints: [{ ...orders, ...facts }] });

describe('the health of a bus', () => {
  it('is healthy, with no reasons, where nothing is wrong', () => {
    expect(checkHealth(well)).toEqual({
      status: 'healthy',
      checks: [
        { component: 'bus', status: 'healthy', reason: undefined, since: new Date(NOW - 5_000) },
        { component: 'connection', status: 'healthy', reason: undefined, since: new Date(NOW - 4_000) },
        { component: 'endpoint:orders', status: 'healthy', reason: undefined, since: new Date(NOW - 5_000) },
      ],
    });
  });

  it.each([
    ['not running', { isRunning: false }, 'unhealthy', 'it is not started', NOW - 5_000],
    ['paused', { pausedAt: NOW - 90_000 }, 'degraded', 'it is paused', NOW - 90_000],
    [
      'not to be received from',
      { fault: { reason: 'its queue is gone', since: NOW - 8 } },
      'unhealthy',
      'it cannot be received from: its queue is gone',
      NOW - 8,
    ],
    ['held lately', { blockedAt: NOW - LATELY_MS + 1 }, 'degraded', 'a handler held the event loop lately', NOW - LATELY_MS + 1],
    ['held long ago', { blockedAt: NOW - LATELY_MS }, 'healthy', undefined, NOW - 5_000],
    ['unsettled lately', { settleFailedAt: NOW - 3 }, 'degraded', 'a delivery could not be settled lately', NOW - 3],
    ['unsettled long ago', { settleFailedAt: NOW - LATELY_MS }, 'healthy', undefined, NOW - 5_000],
    [
      'failing',
      { failedInARow: FAILING_AFTER, failingSince: NOW - 7 },
      'unhealthy',
      'the last 10 messages failed, and none went well between',
      NOW - 7,
    ],
    ['almost failing', { failedInARow: FAILING_AFTER - 1, failingSince: NOW - 7 }, 'healthy', undefined, NOW - 5_000],
  ] as const)('an endpoint that is %s', (_what, facts, status, reason, since) => {
    const health = checkHealth(withEndpoint(facts));
    expect(health.checks[2]).toEqual({ component: 'endpoint:orders', status, reason, since: new Date(since) });
    expect(health.status).toBe(status);
  });

  it('is as bad as the worst, and says all that is wrong', () => {
    const { checks, status } = checkHealth(
      withEndpoint({ pausedAt: NOW - 2, settleFailedAt: NOW - 9, failedInARow: 11, failingSince: NOW - 5 }),
    );
    expect(status).toBe('unhealthy');
    expect(checks[2]?.reason?.split('; ')).toHaveLength(3);
    expect(checks[2]?.since).toEqual(new Date(NOW - 9));
  });

  it.each([
    [{ status: 'connected' }, 'healthy', undefined, true],
    [{ status: 'blocked', reason: 'disk alarm' }, 'degraded', 'the broker takes no messages: disk alarm', true],
    [{ status: 'reconnecting', reason: 'ECONNRESET' }, 'degraded', 'the connection is lost and being made again: ECONNRESET', false],
    [
      { status: 'reconnecting', reason: 'wrong password', problem: 'auth_failed' },
      'unhealthy',
      'the connection is refused, auth_failed: wrong password',
      false,
    ],
    [{ status: 'closed' }, 'unhealthy', 'the connection is closed', false],
  ] as const)('a connection that is %j', (state, status, reason, ready) => {
    const facts: HealthFacts = { ...well, connection: { state, since: NOW - 1 } };
    expect(checkHealth(facts).checks[1]).toEqual({ component: 'connection', status, reason, since: new Date(NOW - 1) });
    expect(isReady(facts)).toBe(ready);
  });

  it.each([
    [AWAY_MS - 1, 'degraded'],
    [AWAY_MS, 'unhealthy'],
  ] as const)('a connection that is away for %i ms is %s', (awayMs, status) => {
    const facts: HealthFacts = { ...well, connection: { state: { status: 'reconnecting', reason: 'x' }, since: NOW - awayMs } };
    expect(checkHealth(facts).status).toBe(status);
    expect(isReady(facts)).toBe(false);
  });

  it.each(['idle', 'starting', 'stopping', 'stopped'] as const)('a bus that is %s is not ready', (state) => {
    const facts: HealthFacts = { ...well, bus: { state, since: NOW } };
    expect(checkHealth(facts).checks[0]).toMatchObject({ status: 'unhealthy', reason: `the bus is ${state}` });
    expect(isReady(facts)).toBe(false);
  });

  it('is frozen', () => {
    const health = checkHealth(well);
    expect([health, health.checks, health.checks[0]].every((one) => Object.isFrozen(one))).toBe(true);
  });
});
