import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import type { Bus, Logger } from '@waybill/core';
import { describeOwn } from '@waybill/servers/vitest';
import { connect } from 'amqplib';
import { afterEach, expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions } from '../src/index.ts';
import { manage, putUser, urlAs } from './support/management.ts';
import { codeOf } from './support/peer/protocol-rig.ts';

const Work = defineCommand<{ readonly n: number }>('running.work');
const Other = defineCommand<{ readonly n: number }>('running.other');
const Done = defineEvent<{ readonly n: number }>('running.done');
const Large = defineCommand<{ readonly text: string }>('running.large');
const PATIENCE = { timeout: 20_000, interval: 25 };
const IN_TIME_MS = 5_000;

await describeOwn('rabbitmq', (server) => {
  const running: Running[] = [];
  const start = async (options: Partial<RunningOptions> = {}): Promise<Running> => {
    const one = new Running({ url: server.node.url, ...options });
    running.push(one);
    await one.bus.start();
    return one;
  };

  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ bus }) => bus.stop()));
  });

  it('a command that has no place, and what is too large, are refused one by one: all others arrive', async () => {
    const { bus, handled } = await start();
    const refused = await Promise.all([
      codeOf(bus.send(Work, { n: 0 }, { to: 'nobody' })),
      codeOf(bus.send(Large, { text: 'x'.repeat(16_777_217) })),
      codeOf(bus.send(Large, { text: '' }, { headers: { long: 'x'.repeat(33_000) } })),
      codeOf(bus.send(Large, { text: '' }, { headers: { ['n'.repeat(256)]: 'x' } })),
      ...Array.from({ length: 50 }, (_, n) => codeOf(bus.send(Work, { n }))),
    ]);
    expect(refused.slice(0, 4)).toEqual([
      expect.stringMatching(/^UNROUTABLE .*"nobody".*mend the route/),
      expect.stringMatching(/^MESSAGE_TOO_LARGE .*16777216 are allowed/),
      expect.stringMatching(/^HEADERS_TOO_LARGE .*32768 are allowed/),
      expect.stringMatching(/^HEADER_NOT_ALLOWED .*another header name/),
    ]);
    expect(refused.slice(4).every((code) => code === 'accepted')).toBe(true);
    await expect.poll(() => handled.length, PATIENCE).toBe(50);
    expect(bus.health().status).toBe('healthy');
  });

  it('a broker that takes less than was thought says so, and the next message goes', async () => {
    await server.node.ctl('eval', 'application:set_env(rabbit, max_message_size, 50000).');
    const { bus, handled } = await start();
    await expect(codeOf(bus.send(Large, { text: 'x'.repeat(60_000) }))).resolves.toMatch(
      /^SEND_REJECTED .*this broker takes 50000.*max_message_size/,
    );
    await expect(codeOf(bus.send(Work, { n: 1 }))).resolves.toBe('accepted');
    await expect.poll(() => handled, PATIENCE).toEqual([1]);
    await server.node.ctl('eval', 'application:set_env(rabbit, max_message_size, 134217728).');
  });

  it('without the right to write a command is refused by name; an event that may be written goes', async () => {
    const { node } = server;
    await start();
    await putUser(node.managementUrl, { name: 'publisher', password: 'p', write: String.raw`^(?!amq\.default)` });
    const { bus } = await start({ url: urlAs(node.url, { name: 'publisher', password: 'p' }), provisioning: 'assume', receives: false });
    for (const attempt of [1, 2]) {
      const begun = performance.now();
      await expect(codeOf(bus.send(Work, { n: attempt }, { to: 'running' }))).resolves.toMatch(/^SEND_REJECTED .*"amq.default".*`write`/);
      expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
      await expect(codeOf(bus.publish(Done, { n: attempt }))).resolves.toBe('accepted');
    }
    await putUser(node.managementUrl, { name: 'publisher', password: 'p', write: '^$' });
    const { bus: mute } = await start({
      url: urlAs(node.url, { name: 'publisher', password: 'p' }),
      provisioning: 'assume',
      receives: false,
    });
    await expect(codeOf(mute.publish(Done, { n: 1 }))).resolves.toMatch(/^SEND_REJECTED .*"running.done".*`write`/);
  });

  it('a password that is changed while it runs: the health says so, and the new one is asked for', async () => {
    const { node } = server;
    let password = 'old';
    await putUser(node.managementUrl, { name: 'changing', password });
    const { bus, handled, warnings } = await start({ credentials: () => ({ username: 'changing', password }) });
    await putUser(node.managementUrl, { name: 'changing', password: 'new' });
    await node.ctl('close_all_connections', 'the password has changed');
    await expect
      .poll(() => bus.health().checks[1], PATIENCE)
      .toMatchObject({
        status: 'unhealthy',
        reason: expect.stringMatching(/auth_failed.*refused the user name or the password\. Check the credentials/),
      });
    expect(bus.isLive()).toBe(true);
    expect(warnings.filter((line) => line.startsWith('transport.state auth_failed'))).toHaveLength(1);
    await expect(codeOf(bus.send(Work, { n: 1 }))).resolves.toMatch(/^SEND_REJECTED /);
    password = 'new';
    await expect.poll(() => bus.health().checks[1]?.status, PATIENCE).toBe('healthy');
    await expect(codeOf(bus.send(Work, { n: 2 }))).resolves.toBe('accepted');
    await expect.poll(() => handled, PATIENCE).toEqual([2]);
  });

  it('a queue that is deleted is made again, and received from; the other endpoints go on', async () => {
    const { bus, handled, other } = await start();
    const connection = await connect(server.node.url);
    const channel = await connection.createChannel();
    for (let round = 1; round <= 3; round += 1) {
      await channel.deleteQueue('running');
      await bus.send(Other, { n: round });
      await expect.poll(() => other.includes(round), PATIENCE).toBe(true);
      await expect.poll(() => codeOf(bus.send(Work, { n: round })), PATIENCE).toBe('accepted');
      await expect.poll(() => handled.includes(round), PATIENCE).toBe(true);
    }
    await connection.close();
  });

  it('a queue that is deleted and that nobody may make again is missed aloud, and received from when it is there', async () => {
    const { handled: before, bus: maker } = await start();
    await maker.send(Work, { n: 0 });
    await expect.poll(() => before, PATIENCE).toEqual([0]);
    await maker.stop();
    const { bus, handled, warnings, other } = await start({ provisioning: 'assume' });
    await manage(server.node.managementUrl, 'DELETE', 'queues/%2F/running');
    await expect.poll(() => warnings.join('\n'), PATIENCE).toMatch(/TOPOLOGY_DIFFERS.*"running".*provisioning/);
    const isRead = (): unknown => bus.health().checks.find(({ component }) => component === 'endpoint:running');
    expect(isRead()).toMatchObject({ status: 'unhealthy', reason: expect.stringMatching(/cannot be received from: .*"running"/) });
    await bus.send(Other, { n: 1 });
    await expect.poll(() => other, PATIENCE).toEqual([1]);
    const { bus: again } = await start();
    await again.endpoint('running').pause();
    await bus.send(Work, { n: 2 });
    await expect.poll(() => handled, PATIENCE).toEqual([2]);
    expect(warnings.filter((line) => line.includes('could not be received from')).length).toBe(1);
    expect(bus.health().status).toBe('healthy');
  });

  it('the right to read is taken and given back: the health names the endpoint, and it receives again', async () => {
    const { node } = server;
    await putUser(node.managementUrl, { name: 'reader', password: 'r' });
    const { bus, handled } = await start({ credentials: { username: 'reader', password: 'r' } });
    await putUser(node.managementUrl, { name: 'reader', password: 'r', read: '^waybill' });
    await node.closeConnections('the rights have changed');
    await expect
      .poll(() => bus.health(), PATIENCE)
      .toMatchObject({
        status: 'unhealthy',
        checks: expect.arrayContaining([
          expect.objectContaining({ component: 'connection', status: 'healthy' }),
          expect.objectContaining({
            component: 'endpoint:running',
            reason: expect.stringMatching(/refuses to let this user read.*`read`/),
          }),
        ]),
      });
    await putUser(node.managementUrl, { name: 'reader', password: 'r' });
    await expect.poll(() => bus.health().status, PATIENCE).toBe('healthy');
    await bus.send(Work, { n: 1 });
    await expect.poll(() => handled, PATIENCE).toEqual([1]);
  });
});

interface RunningOptions extends RabbitmqOptions {
  readonly provisioning: 'apply' | 'assume';
  readonly receives: boolean;
}

/** A bus with two endpoints, and what has come there. */
class Running {
  readonly bus: Bus;
  readonly handled: number[] = [];
  readonly other: number[] = [];
  readonly warnings: string[] = [];

  constructor({ provisioning = 'apply', receives = true, ...options }: Partial<RunningOptions>) {
    const handlers = [handler(Work, ({ n }) => void this.handled.push(n)), handler(Large, () => undefined), handler(Done, () => undefined)];
    const others = [handler(Other, ({ n }) => void this.other.push(n))];
    const endpoints = [endpoint('running', { handlers }), endpoint('running-other', { handlers: others })];
    this.bus = createBus({
      name: 'running',
      transport: rabbitmq(options),
      provisioning,
      publishes: [Done],
      logger: this.#logger(),
      ...(receives ? { endpoints } : {}),
    });
  }

  #logger(): Logger {
    const note = (
      { event, error, problem = '' }: { readonly event: string; readonly error?: unknown; readonly problem?: unknown },
      text: string,
    ): void => {
      this.warnings.push(`${event} ${String(problem)} ${text}: ${isBusError(error) ? `${error.code} ${error.message}` : String(error)}`);
    };
    return { debug: () => undefined, info: () => undefined, warn: note, error: note };
  }
}
