import { expect, it } from 'vitest';
import { LetterPage } from '../../src/dead-letters/letter-page.ts';

const letters = (ids: string) => Array.from(ids, (id) => ({ id, message: { headers: new Map<string, string>(), body: Buffer.alloc(0) } }));
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

it('goes on after the letter before, where the last one was taken, and misses none', () => {
  const { cursor } = read('abcde', undefined);
  expect(read('acde', cursor).page).toBe('cd');
  expect(read('bcde', cursor).page).toBe('cd');
  expect(read('cde', cursor).page).toBe('cd');
});

it('begins at the beginning after a cursor that is none', () => {
  for (const cursor of ['', 'a', '{}', '7', '["nobody"]']) expect(read('abc', cursor).page).toBe('ab');
});
