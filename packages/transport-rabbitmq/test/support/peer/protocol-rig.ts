import { setTimeout } from 'node:timers/promises';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler, isBusError, route } from '@waybill/core';
import type { Bus, Logger } from '@waybill/core';
import { afterAll, beforeAll, expect } from 'vitest';
import { rabbitmq } from '../../../src/index.ts';
import type { RabbitmqOptions } from '../../../src/index.ts';
import { hastyRuntime } from './hasty-runtime.ts';
import { ScriptedPeer } from './scripted-peer.ts';

export const Work = defineCommand<{ readonly n: number }>('protocol.work');
export const Done = defineEvent<{ readonly n: number }>('protocol.done');
export const Ask = defineQuery<{ readonly n: number }, { readonly n: number }>('protocol.ask');

/** The endpoint of the bus, and its queue. */
export const QUEUE = 'work';
/** For what must come, on a busy machine too; milliseconds. */
const PATIENCE_MS = 15_000;
const BETWEEN_LOOKS_MS = 5;
/** In so many looks a timer of the test runner is gone by which it reports what ends: it has 100 ms, at times twice. */
const LOOKS_AT_TIMERS = 60;

/** What a {@link ProtocolRig} is to be. */
export interface RigOptions extends RabbitmqOptions {
  readonly provisioning?: 'apply' | 'assume';
  readonly receives?: boolean;
  /** Receives events only, by a queue that goes with it. */
  readonly temporary?: boolean;
  /** So many times as fast as the machine's own runs the time of the transport. @default 20: ten seconds are half of one */
  readonly haste?: number;
}

/** A bus whose broker is a scripted peer, in hasty time, and what has come of it. */
export class ProtocolRig implements AsyncDisposable {
  readonly peer: ScriptedPeer;
  readonly bus: Bus;
  readonly handled: number[] = [];
  /** What was logged as a warning or an error. */
  readonly loud: string[] = [];

  private constructor(
    peer: ScriptedPeer,
    { provisioning = 'assume', receives = true, temporary = false, haste = 20, ...options }: RigOptions,
  ) {
    this.peer = peer;
    const events = [handler(Done, ({ n }) => void this.handled.push(n))];
    const handlers = [handler(Work, ({ n }) => void this.handled.push(n)), handler(Ask, ({ n }) => ({ n: n + 1 })), ...events];
    const receiving = endpoint(QUEUE, {
      handlers: temporary ? events : handlers,
      temporary,
      recovery: { retries: 0 },
      blockedThreshold: '600s', // a loop that is held is held much longer in hasty time
    });
    this.bus = createBus({
      name: 'protocol',
      transport: rabbitmq({ url: peer.url, ...options }),
      provisioning,
      runtime: hastyRuntime(haste, this.#logger()),
      routes: temporary ? [] : [route(Work, QUEUE), route(Ask, QUEUE)],
      publishes: [Done],
      ...(receives ? { endpoints: [receiving] } : {}),
    });
  }

  static async open(options: RigOptions = {}): Promise<ProtocolRig> {
    return new ProtocolRig(await ScriptedPeer.listen(), options);
  }

  /** One that has started. */
  static async started(options: RigOptions = {}): Promise<ProtocolRig> {
    const rig = await ProtocolRig.open(options);
    await rig.bus.start();
    return rig;
  }

  send(n: number): Promise<string> {
    return codeOf(this.bus.send(Work, { n }));
  }

  /** With a body of so many bytes. */
  sendLarge(bytes: number): Promise<string> {
    return codeOf(this.bus.send(Work, { n: 0, text: 'x'.repeat(bytes) } as { readonly n: number }));
  }

  publish(n: number): Promise<string> {
    return codeOf(this.bus.publish(Done, { n }));
  }

  /** Starts; the code of what was refused, and its message. */
  async start(): Promise<string> {
    return inTime(codeOf(this.bus.start()));
  }

  /** With a well-behaved peer everything works again, without a start. */
  async recovers(n = 1_000): Promise<void> {
    this.peer.behave();
    await until('a send is accepted', async () => (await this.send(n)) === 'accepted');
    await until('what was sent is handled', () => this.handled.includes(n));
    await until('the bus is ready', () => this.bus.isReady());
  }

  /** Stops in time, and sees that no socket was left. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await inTime(codeOf(this.bus.stop()));
      await until('all sockets are closed', () => this.peer.links.size === 0);
    } finally {
      await this.peer.close();
    }
  }

  #logger(): Logger {
    const note =
      (level: string) =>
      (fields: { readonly event: string }): void =>
        void this.loud.push(`${level} ${fields.event}`);
    return { debug: () => undefined, info: () => undefined, warn: note('warn'), error: note('error') };
  }
}

/** `accepted`, or the code, the message and the cause of an error of ours. */
export async function codeOf(sending: Promise<unknown>): Promise<string> {
  try {
    await sending;
    return 'accepted';
  } catch (error) {
    if (!isBusError(error)) throw error;
    return `${error.code} ${error.message} ${String(error.cause)}`;
  }
}

/** Waits until it is so. The `poll` of the test runner does not work where cases run side by side. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`it did not come to this within ${PATIENCE_MS} ms: ${what}`);
    await setTimeout(BETWEEN_LOOKS_MS);
  }
}

/** Fails when it takes longer than anything may take. What the transport itself waits for is half a second here; the rest is for a busy machine. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work;
  expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
  return result;
}

/**
 * All cases of a file together leave no timer that would keep the process alive, such as the heartbeats of a connection, no
 * rejection that nobody handles, and no warning of the process.
 */
export function leavesNothing(): void {
  const EVENTS = ['unhandledRejection', 'warning'];
  const complaints: string[] = [];
  const complain = (what: unknown): void => void complaints.push(String(what));
  let before = 0;
  beforeAll(async () => {
    before = await fewestTimers();
    for (const event of EVENTS) process.on(event, complain);
  });
  afterAll(async () => {
    for (const event of EVENTS) process.off(event, complain);
    expect(complaints).toEqual([]);
    expect(await fewestTimers()).toBeLessThanOrEqual(before);
  });
}

/** How many there are, without those that are soon gone. */
async function fewestTimers(): Promise<number> {
  let fewest = timers();
  for (let look = 0; look < LOOKS_AT_TIMERS; look += 1) {
    await setTimeout(BETWEEN_LOOKS_MS);
    fewest = Math.min(fewest, timers());
  }
  return fewest;
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
