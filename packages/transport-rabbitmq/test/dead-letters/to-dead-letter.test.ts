import { describe, expect, it } from 'vitest';
import { HEADERS } from '@waybill/core/transport';
import { LetterIds } from '../../src/dead-letters/letter-ids.ts';
import { toDeadLetter } from '../../src/dead-letters/to-dead-letter.ts';

const content = Buffer.from('body');
const death = (reason: string) => ({ 'x-death': [{ queue: 'orders', reason, time: { '!': 'timestamp', value: 1_795_269_600 } }] });
const told = (headers: Record<string, unknown>) => Object.fromEntries(toDeadLetter({ content, properties: { headers } }).headers);

describe('a letter that the broker has put there by itself', () => {
  it('tells where it came from, why and when', () => {
    expect(told({ 'x-own': 'kept', ...death('expired') })).toEqual({
      'x-own': 'kept',
      [HEADERS.reason]: 'expired',
      [HEADERS.origin]: 'orders',
      [HEADERS.failedAt]: '2026-11-21T14:00:00.000Z',
    });
    expect(told(death('delivery_limit'))).toMatchObject({
      [HEADERS.reason]: 'failed',
      [HEADERS.error]: expect.stringContaining('delivery_limit'),
    });
  });

  it('keeps what we have written', () => {
    expect(told({ [HEADERS.reason]: 'unreadable', ...death('expired') })).toEqual({ [HEADERS.reason]: 'unreadable' });
  });
});

describe('ids of letters', () => {
  const message = (id?: string) => ({ headers: new Map(id === undefined ? [] : [[HEADERS.id, id]]), body: content });

  it('are message ids, with a number where one stands there several times', () => {
    const ids = new LetterIds();
    expect(['a', 'b', 'a', 'a'].map((id) => ids.of({ content }, message(id)))).toEqual(['a', 'b', 'a~2', 'a~3']);
  });

  it('are the same for the same bytes where there is no message id', () => {
    const [first, again, other] = [content, content, Buffer.from('other')].map((bytes) =>
      new LetterIds().of({ content: bytes }, message()),
    );
    expect(first).toBe(again);
    expect(first).not.toBe(other);
  });
});
