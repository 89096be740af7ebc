import { describe, expect, it } from 'vitest';
import { isBusError } from '@waybill/core/transport';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions } from '../src/index.ts';
import { resolveRabbitmqOptions } from '../src/rabbitmq-options.ts';

function refusal(options: unknown): string {
  try {
    rabbitmq(options as RabbitmqOptions);
  } catch (error) {
    if (isBusError(error, 'OPTION_INVALID')) return (error as Error).message;
    throw error;
  }
  throw new Error(`${JSON.stringify(options)} was taken`);
}

describe('the options of rabbitmq', () => {
  it('have defaults', () => {
    expect(resolveRabbitmqOptions({})).toMatchObject({
      addresses: [
        { protocol: 'amqp', hostname: 'localhost', port: 5672, vhost: '/', credentials: { username: 'guest', password: 'guest' } },
      ],
      heartbeatMs: 10_000,
      connectTimeoutMs: 10_000,
      queue: 'quorum',
      maxMessageBytes: 16_777_216,
      confirmWindow: 1_000,
    });
  });

  it('read an address: user, password, host, port and virtual host, each decoded', () => {
    const [address] = resolveRabbitmqOptions({ url: 'amqps://us%40er:p%2Fw@[::1]:5700/%2Fshop' }).addresses;
    expect(address).toEqual({
      protocol: 'amqps',
      hostname: '::1',
      port: 5700,
      vhost: '/shop',
      credentials: { username: 'us@er', password: 'p/w' },
      shown: 'amqps://[::1]:5700//shop',
    });
  });

  it('show no credentials of an address', () => {
    expect(resolveRabbitmqOptions({ url: 'amqp://user:secret@host/v' }).addresses[0]?.shown).toBe('amqp://host:5672/v');
    expect(refusal({ url: 'http://user:secret@host' })).not.toContain('secret');
  });

  it('take several addresses', () => {
    expect(resolveRabbitmqOptions({ url: ['amqp://a', 'amqps://b'] }).addresses.map(({ shown }) => shown)).toEqual([
      'amqp://a:5672',
      'amqps://b:5671',
    ]);
  });

  it.each([
    [{ url: 'http://host' }, 'amqp://user:password@host:port/vhost'],
    [{ url: [] }, 'or a list of them'],
    [{ url: 'amqp://host?heartbeat=5' }, 'Drop what follows the "?"'],
    [{ heartbeat: '100ms' }, 'whole seconds'],
    [{ heartbeat: 0 }, 'whole seconds'],
    [{ connectTimeout: 0 }, 'more than nothing'],
    [{ queue: 'stream' }, "'classic' or 'quorum'"],
    [{ maxPriority: 5 }, "`queue: 'classic'`"],
    [{ queue: 'classic', maxPriority: 10 }, 'from 1 to 9'],
    [{ maxMessageBytes: 0 }, 'whole number'],
    [{ confirmWindow: 1.5 }, 'whole number'],
    [{ ulr: 'amqp://host' }, 'Did you mean `url`?'],
  ])('refuse %j with the way out', (options, wayOut) => {
    expect(refusal(options)).toContain(wayOut);
  });
});
