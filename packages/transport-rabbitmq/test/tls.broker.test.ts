import { createBus, defineCommand, endpoint, handler, isBusError, silentLogger } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { CertificateAuthority } from '@waybill/servers';
import type { Certificate } from '@waybill/servers';
import { describeOwn } from '@waybill/servers/vitest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions, RabbitmqTls } from '../src/index.ts';

const Work = defineCommand<{ readonly n: number }>('secured.work');
const PATIENCE = { timeout: 30_000, interval: 50 };
const CONNECT_TIMEOUT_MS = 5_000;
/** A busy machine wakes late those who wait. */
const LATE_MS = 5_000;

await describeOwn('rabbitmq', (server) => {
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  let client: Certificate;
  let valid: Certificate;
  let url: string;
  const tls = (): RabbitmqTls => ({ ca: authority.ca, ...client });

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create()]);
    valid = await authority.issue({ name: 'broker' });
    client = await authority.issue({ name: 'shop', hosts: [] });
    url = await server.node.listenForTls(authority.ca, valid);
    await server.node.addUser('shop', 'of-the-shop');
    await server.node.setRights('shop', ['declare', 'send', 'receive']);
  });

  beforeEach(() => server.node.listenForTls(authority.ca, valid));

  afterAll(() => {
    authority[Symbol.dispose]();
    stranger[Symbol.dispose]();
  });

  it('goes over TLS, with a password or with the certificate alone', async () => {
    for (const credentials of [{ username: 'shop', password: 'of-the-shop' }, 'external'] as const) {
      const handled: number[] = [];
      const bus = busOn({ url, credentials, tls: tls() }, handled);
      await bus.start();
      await bus.send(Work, { n: 1 });
      await expect.poll(() => handled, PATIENCE).toEqual([1]);
      await bus.stop();
    }
  });

  it('says what is wrong, and the way out, in time and without a secret', async () => {
    const refused = async (options: RabbitmqOptions): Promise<string> => {
      const begun = performance.now();
      const text = await refusalOf(busOn({ url, credentials: 'external', tls: tls(), ...options }));
      expect(performance.now() - begun).toBeLessThan(CONNECT_TIMEOUT_MS + LATE_MS);
      for (const secret of [client.key, 'of-the-shop']) expect(text).not.toContain(secret.split('\n')[1] ?? secret);
      return text;
    };
    const foreign = await stranger.issue({ name: 'shop', hosts: [] });
    const expired = await authority.issue({ name: 'shop', hosts: [], isExpired: true });
    const nobody = await authority.issue({ name: 'nobody', hosts: [] });
    await expect(refused({ tls: { ...client, ca: stranger.ca } })).resolves.toMatch(/^TRANSPORT_OPEN_FAILED tls_failed .*`tls: \{ ca \}`/);
    await expect(refused({ tls: { ca: authority.ca } })).resolves.toMatch(/^TRANSPORT_OPEN_FAILED tls_failed .*`tls: \{ cert, key \}`/);
    await expect(refused({ tls: { ca: authority.ca, ...foreign } })).resolves.toMatch(
      /^TRANSPORT_OPEN_FAILED tls_failed .*`tls: \{ cert, key \}`/,
    );
    await expect(refused({ tls: { ca: authority.ca, ...expired } })).resolves.toMatch(/^TRANSPORT_OPEN_FAILED tls_failed .*expired/);
    await expect(refused({ tls: { ca: authority.ca, ...nobody } })).resolves.toMatch(
      /^TRANSPORT_OPEN_FAILED auth_failed .*Check the credentials/,
    );
    await expect(refused({ url: server.node.url.replace('amqp:', 'amqps:') })).resolves.toMatch(
      /^TRANSPORT_OPEN_FAILED tls_failed .*speaks TLS/,
    );
    await expect(
      refused({ url: url.replace('amqps:', 'amqp:'), credentials: { username: 'shop', password: 'of-the-shop' } }),
    ).resolves.toMatch(/^TRANSPORT_OPEN_FAILED .*RabbitMQ at amqp:/);
    await server.node.listenForTls(authority.ca, await authority.issue({ name: 'broker', hosts: ['other.example.org'] }));
    await expect(refused({})).resolves.toMatch(/^TRANSPORT_OPEN_FAILED tls_failed .*another host.*servername/);
    await server.node.listenForTls(authority.ca, await authority.issue({ name: 'broker', isExpired: true }));
    await expect(refused({})).resolves.toMatch(/^TRANSPORT_OPEN_FAILED tls_failed .*of the broker has expired.*Renew it/);
  });

  it('a certificate that expires while it runs, ours or that of the broker, is told; when it is renewed all goes on', async () => {
    const handled: number[] = [];
    let own = client;
    const bus = busOn({ url, credentials: 'external', tls: () => ({ ca: authority.ca, ...own }) }, handled);
    await bus.start();
    await bus.send(Work, { n: 1 });
    own = await authority.issue({ name: 'shop', hosts: [], isExpired: true });
    await server.node.closeConnections('the certificate of the client has expired');
    await expect
      .poll(() => bus.health().checks[1], PATIENCE)
      .toMatchObject({ status: 'unhealthy', reason: expect.stringMatching(/tls_failed.*did not accept the certificate of this client/) });
    own = await authority.issue({ name: 'shop', hosts: [] });
    await expect.poll(() => bus.health().status, PATIENCE).toBe('healthy');
    await server.node.listenForTls(authority.ca, await authority.issue({ name: 'broker', isExpired: true }));
    await server.node.closeConnections('the certificate is changed');
    await expect
      .poll(() => bus.health().checks[1], PATIENCE)
      .toMatchObject({ status: 'unhealthy', reason: expect.stringMatching(/tls_failed.*of the broker has expired/) });
    expect([bus.isLive(), bus.isReady()]).toEqual([true, false]);
    await server.node.listenForTls(authority.ca, await authority.issue({ name: 'broker' }));
    await expect.poll(() => bus.health().status, PATIENCE).toBe('healthy');
    await bus.send(Work, { n: 2 });
    await expect.poll(() => handled, PATIENCE).toEqual([1, 2]);
    await bus.stop();
  });
});

function busOn(options: RabbitmqOptions, handled: number[] = []): Bus {
  const work = handler(Work, ({ n }) => void handled.push(n));
  return createBus({
    name: 'secured',
    transport: rabbitmq({ connectTimeout: CONNECT_TIMEOUT_MS, ...options }),
    endpoints: [endpoint('secured', { handlers: [work] })],
    provisioning: 'apply',
    logger: silentLogger,
  });
}

/** The code, the problem and the message of a start that fails. */
async function refusalOf(bus: Bus): Promise<string> {
  try {
    await bus.start();
    await bus.stop();
    return 'started';
  } catch (error) {
    if (!isBusError(error)) throw error;
    return `${error.code} ${String(error.details['problem'])} ${error.message} ${String(error.cause)}`;
  }
}
