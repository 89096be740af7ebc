import type { borrowServer } from '@waybill/servers';
import { describe, expect, it } from 'vitest';

import { borrowServers } from '../src/borrow-servers.ts';
import type { Row } from '../src/row.ts';

const never = () => Promise.reject(new Error('nothing is measured here'));
const found = (others: Partial<Row>) => ({
  row: { title: 'a row', unit: 'ms', ours: never, peers: {}, targets: [], ...others } as const,
  file: '',
  index: 0,
});
const ROWS = [found({}), found({ servers: ['rabbitmq'] }), found({ servers: ['rabbitmq'] })];

/** A server that tells what was done to it. */
function lending(prefix = '') {
  const told: string[] = [];
  const server: Awaited<ReturnType<typeof borrowServer>> = {
    found: { isFound: true, title: 'RabbitMQ', version: '1.2.3', source: 'listening', address: '', way: 'names with a prefix' },
    url: 'amqp://here/space',
    prefix,
    [Symbol.asyncDispose]: async () => void told.push('removed'),
  };
  const borrow: typeof borrowServer = async (name) => {
    told.push(name);
    return server;
  };
  return { borrow, told };
}

describe('the servers of a run', () => {
  it('are borrowed once for all rows that need them, named, and given back', async () => {
    const { borrow, told } = lending();
    const servers = await borrowServers(ROWS, borrow);
    expect(Array.from(servers.urls)).toEqual([['rabbitmq', 'amqp://here/space']]);
    expect({ shown: servers.shown, missing: servers.missing, told }).toEqual({
      shown: ['RabbitMQ 1.2.3'],
      missing: [],
      told: ['rabbitmq'],
    });
    await servers[Symbol.asyncDispose]();
    expect(told).toEqual(['rabbitmq', 'removed']);
  });

  it('are not asked for where no row needs one', async () => {
    const { borrow, told } = lending();
    await borrowServers([found({})], borrow);
    expect(told).toEqual([]);
  });

  it('are said to be missing, with the reason', async () => {
    const servers = await borrowServers(ROWS, () => Promise.reject(new Error('There is no RabbitMQ.')));
    expect(servers.missing).toEqual(['not measured: the rows that need rabbitmq. There is no RabbitMQ.']);
    expect(servers.urls.size).toBe(0);
  });

  it('are not used where what is declared there would stay', async () => {
    const { borrow, told } = lending('waybill-1.');
    const servers = await borrowServers(ROWS, borrow);
    expect(servers.missing).toEqual([
      'not measured: the rows that need rabbitmq. No space of its own can be made there: it makes names with a prefix.',
    ]);
    expect({ urls: servers.urls.size, shown: servers.shown }).toEqual({ urls: 0, shown: [] });
    await servers[Symbol.asyncDispose]();
    expect(told).toEqual(['rabbitmq', 'removed']);
  });
});
