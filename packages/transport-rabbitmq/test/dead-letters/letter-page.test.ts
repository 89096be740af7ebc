import { expect, it } from 'vitest';
import { HEADERS } from '@waybill/core/transport';
import { LetterPage } from '../../src/dead-letters/letter-page.ts';

/** Letters that were dead-lettered in the order of the alphabet, as the queue gives them. */
const letters = (ids: string) => Array.from(ids, (id) => letter(id, `2026-11-21T10:00:0${id.charCodeAt(0) - 97}.000Z`));
const letter = (id: string, at: string | undefined) => ({
  id,
  message: { headers: new Map(at === undefined ? [] : [[HEADERS.failedAt as string, at]]), body: Buffer.alloc(0) },
});
const read = (ids: string, after: string | undefined, limit = 2) => {
  const { letters: page, cursor } = new LetterPage(after, limit).read(letters(ids), true);
  return { page: page.map(({ id }) => id).join(''), cursor };
};

it('begins at the beginning, goes on after the last letter, and has no cursor at the end', () => {
  const first = read('abcde', undefined);
  expect(first.page).toBe('ab');
  const second = read('abcde', first.cursor);
  expect(second.page).toBe('cd');
  expect(read('abcde', second.cursor)).toEqual({ page: 'e', cursor: undefined });
});

it('goes on after the letter before, where the last ones were taken, and misses none', () => {
  const { cursor } = read('abcde', undefined);
  for (const left of ['acde', 'bcde', 'cde']) expect(read(left, cursor).page).toBe('cd');
});

it('shows each letter once, oldest first, also when the queue has them in another order at each look', () => {
  const orders = ['dbeac', 'ecabd', 'cdeba'];
  let cursor: string | undefined;
  let shown = '';
  for (const order of orders) {
    const { page, cursor: next } = read(order, cursor);
    shown += page;
    cursor = next;
  }
  expect(shown).toBe('abcde');
  expect(cursor).toBe(undefined);
});

it('shows letters without a time, and of one time, in the order of their ids', () => {
  const time = '2026-11-21T10:00:00.000Z';
  const all = [letter('d', time), letter('b', undefined), letter('c', time), letter('a', undefined)];
  const { letters: page, cursor } = new LetterPage(undefined, 3).read(all, true);
  expect(page.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(new LetterPage(cursor, 3).read(all, true).letters.map(({ id }) => id)).toEqual(['d']);
});

it('begins at the beginning after a cursor that is none', () => {
  for (const cursor of ['', 'a', '{}', '7', '["nobody"]', '[1,2]']) expect(read('abc', cursor).page).toBe('ab');
});
