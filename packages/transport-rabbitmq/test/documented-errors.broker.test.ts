import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Bus, Endpoint } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import { describeServer } from '@waybill/servers/vitest';
import type { RabbitmqOptions } from '../src/index.ts';
import { rabbitmq } from '../src/index.ts';

const Work = defineCommand<{ readonly text: string }>('shop.work');
const Worked = defineEvent<{ readonly text: string }>('shop.worked');

/** The code in each row of the table of errors, by what is wrong. */
const documented: ReadonlyMap<string, string> = new Map(
  Array.from(
    readFileSync(new URL('../../../docs/transports/rabbitmq.md', import.meta.url), 'utf8').matchAll(/^\| (.+?) \| `([A-Z_]+)`/gm),
    ([, what = '', code = '']) => [what, code],
  ),
);

const handlers = [handler(Work, () => undefined)];

await describeServer('rabbitmq', (server) => {
  const at = (change: (url: URL) => void): RabbitmqOptions => {
    const url = new URL(server.url);
    change(url);
    return { url: url.href, connectTimeout: '3s' };
  };
  const shop = (options: RabbitmqOptions = {}, endpoints: readonly Endpoint[] = [endpoint('shop', { handlers })]): Bus =>
    createBus({
      name: 'shop',
      transport: rabbitmq({ url: server.url, ...options }),
      endpoints,
      publishes: [Worked],
      provisioning: 'apply',
    });

  /** The code of what a bus refuses, when it starts or after that. */
  const codeOf = async (make: () => Bus, work: (bus: Bus) => Promise<unknown> = async () => undefined): Promise<string | undefined> => {
    let bus: Bus | undefined;
    try {
      bus = make();
      await bus.start();
      await work(bus);
      return undefined;
    } catch (error) {
      return isBusError(error) ? error.code : String(error);
    } finally {
      await bus?.stop();
    }
  };

  const wrong: readonly (readonly [what: string, make: () => Bus, work?: (bus: Bus) => Promise<unknown>])[] = [
    ['nothing listens, or the name of the host is unknown', () => shop({ url: 'amqp://127.0.0.1:1' })],
    ['wrong user name or password', () => shop(at((url) => (url.password = 'wrong')))],
    ['the virtual host is not there, or not for this user', () => shop(at((url) => (url.pathname += '-other')))],
    ['the port speaks no TLS', () => shop(at((url) => (url.href = url.href.replace('amqp:', 'amqps:'))))],
    ['an endpoint that nobody has', () => shop(), (bus) => bus.send(Work, { text: '' }, { to: 'nobody' })],
    ['the body is larger than `maxMessageBytes`', () => shop({ maxMessageBytes: 100 }), (bus) => bus.send(Work, { text: 'x'.repeat(100) })],
    ['the headers are larger than 32 KiB', () => shop(), (bus) => bus.send(Work, { text: '' }, { headers: { note: 'x'.repeat(33_000) } })],
    ['`priority` without priorities', () => shop(), (bus) => bus.send(Work, { text: '' }, { priority: 5 })],
    ["`ordered` with `onWait: 'hold'`", () => shop({}, [endpoint('ordered', { handlers, ordered: { onWait: 'hold' } })])],
    ['a wrong or unknown option', () => shop({ adress: '' } as RabbitmqOptions)],
  ];

  it.each(wrong.map(([what, make, work]) => ({ what, make, work })))(
    '$what: as docs/transports/rabbitmq.md says',
    async ({ what, make, work }) => {
      const code = await codeOf(make, work);
      expect(code).toBeDefined();
      expect(code).toBe(documented.get(what));
    },
  );

  it('a queue or exchange is declared differently: as docs/transports/rabbitmq.md says', async () => {
    const ofType = (queue: 'classic' | 'quorum'): Bus => shop({ queue }, [endpoint('typed', { handlers })]);
    await expect(codeOf(() => ofType('quorum'))).resolves.toBeUndefined();
    await expect(codeOf(() => ofType('classic'))).resolves.toBe(documented.get('a queue or exchange is declared differently'));
    expect(documented.get('a queue or exchange is declared differently')).toBe('TOPOLOGY_DIFFERS');
  });

  it("something is missing, with 'validate': as docs/transports/rabbitmq.md says", async () => {
    const transport = rabbitmq({ url: server.url });
    const missing = (): Bus =>
      createBus({ name: 'other', transport, endpoints: [endpoint('missing', { handlers })], provisioning: 'validate' });
    await expect(codeOf(missing)).resolves.toBe(documented.get("something is missing, with `'validate'`"));
    expect(documented.get("something is missing, with `'validate'`")).toBe('TOPOLOGY_DIFFERS');
  });
});
