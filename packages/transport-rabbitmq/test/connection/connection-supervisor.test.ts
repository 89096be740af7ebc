import { EventEmitter } from 'node:events';
import { silentLogger, systemRuntime } from '@waybill/core';
import { ConnectionError } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import { ConnectionSupervisor } from '../../src/connection/connection-supervisor.ts';
import type { AmqpConnection } from '../../src/rabbitmq-client.ts';

/** A connection of which only the end counts. */
class FakeConnection extends EventEmitter {
  readonly isBlocked = false;
  destroy(): void {
    this.removeAllListeners();
  }
  async close(): Promise<void> {}
}

/** What becomes of one attempt: it fails, or the connection is restored, or that fails. */
type Attempt = Error | 'stands' | 'cannot be restored';

const away = new Error('ECONNREFUSED');
const refused = new ConnectionError('TRANSPORT_OPEN_FAILED', 'wrong password', { details: { problem: 'auth_failed' } });

/** A supervisor in whose time nothing lasts, and the pauses that it made. */
class Rig implements AsyncDisposable {
  readonly pauses: number[] = [];
  readonly attempts: Attempt[] = [];
  readonly #connections: FakeConnection[] = [];
  readonly #supervisor: ConnectionSupervisor;
  #now = 0;
  #onConnected: () => void = () => undefined;

  constructor() {
    const real = systemRuntime({ logger: silentLogger });
    const sleep = async (ms: number): Promise<void> => void this.pauses.push(ms);
    this.#supervisor = new ConnectionSupervisor({
      runtime: { ...real, sleep, monotonic: () => this.#now, random: () => 1 },
      purpose: 'publishes',
      connect: async () => this.#connect(),
      onConnected: async (connection) => {
        if (this.#connections.at(-1) !== (connection as unknown as FakeConnection)) throw away;
      },
      onState: () => {
        if (this.#supervisor?.state.is === 'connected') this.#onConnected();
      },
    });
  }

  async open(): Promise<this> {
    await this.#supervisor.open();
    return this;
  }

  /** The connection is lost after so long, and these attempts follow; the last one stands. */
  async loses(afterMs: number, ...attempts: readonly Attempt[]): Promise<readonly number[]> {
    this.#now += afterMs;
    this.attempts.push(...attempts, 'stands');
    this.pauses.length = 0;
    const back = new Promise<void>((resolve) => (this.#onConnected = resolve));
    this.#connections.at(-1)?.emit('close', away);
    await back;
    return [...this.pauses];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor.close();
  }

  #connect(): AmqpConnection {
    const attempt = this.attempts.shift() ?? 'stands';
    if (attempt instanceof Error) throw attempt;
    const connection = new FakeConnection();
    if (attempt === 'stands') this.#connections.push(connection);
    return connection as unknown as AmqpConnection;
  }
}

describe('a connection that is made again', () => {
  it('pauses for 5 s at most while the broker is away, so that it is found soon when it is back', async () => {
    await using rig = await new Rig().open();
    const pauses = await rig.loses(60_000, ...Array.from({ length: 9 }, () => away));
    expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000, 5_000]);
  });

  it('pauses for up to 30 s where the broker refuses: each attempt stands in its log', async () => {
    await using rig = await new Rig().open();
    const pauses = await rig.loses(60_000, ...Array.from({ length: 9 }, () => refused));
    expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('begins anew when it has stood for a second, and not when it is lost at once or cannot be restored', async () => {
    await using rig = await new Rig().open();
    expect(await rig.loses(1_000, 'cannot be restored', 'cannot be restored')).toEqual([200, 400, 800]);
    expect(await rig.loses(1_000)).toEqual([200]);
    expect(await rig.loses(999)).toEqual([400]);
    expect(await rig.loses(0)).toEqual([800]);
    expect(await rig.loses(0)).toEqual([800]); // it was reached: the next one may stand
    expect(await rig.loses(0, away)).toEqual([800, 1_600]);
    expect(await rig.loses(1_000)).toEqual([200]);
  });
});
