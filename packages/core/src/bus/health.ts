/** How something is: as it should be; working with a fault; or not working. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** The health of one part of a bus. */
export interface HealthCheck {
  /** `bus`, `connection`, `outbox`, or `endpoint:<name>`. */
  readonly component: string;
  readonly status: HealthStatus;
  /** For people; `undefined` while it is healthy. */
  readonly reason: string | undefined;
  /** Since when. */
  readonly since: Date;
}

/** The health of a bus: as bad as the worst of its parts. A frozen snapshot. */
export interface BusHealth {
  readonly status: HealthStatus;
  /** The bus first, then the connection, then the outbox where this bus relays, then the endpoints. */
  readonly checks: readonly HealthCheck[];
}
