import { describe, expect, it } from 'vitest';
import type { AmqpChannel } from '../src/rabbitmq-client.ts';
import { publishTo } from '../src/rabbitmq-client.ts';

const ROUTE = { exchange: 'there', routingKey: 'key', mandatory: true, ended: 'is none of the fields of AMQP' };
const PROPERTIES = { messageId: 'id-1', headers: { 'x-own': '1' } };
const CONTENT = Buffer.from('body');

describe('a publish', () => {
  it('goes below the method of the client that copies the properties, and calls that where there is nothing below', () => {
    const calls: unknown[] = [];
    const publish = (...given: unknown[]): boolean => calls.push(['publish', ...given]) > 0;
    const sendMessage = (...given: unknown[]): boolean => calls.push(['sendMessage', ...given]) > 0;
    publishTo({ publish, sendMessage } as unknown as AmqpChannel, ROUTE, PROPERTIES, CONTENT);
    publishTo({ publish } as unknown as AmqpChannel, ROUTE, PROPERTIES, CONTENT);
    expect(calls).toEqual([
      ['sendMessage', { exchange: 'there', routingKey: 'key', mandatory: true }, PROPERTIES, CONTENT],
      ['publish', 'there', 'key', CONTENT, { ...PROPERTIES, mandatory: true }],
    ]);
  });
});
