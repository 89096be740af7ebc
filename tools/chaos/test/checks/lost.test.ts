import { expect, it } from 'vitest';

import { handledIn } from '../../src/checks/lost.ts';
import { booksOf, goodRun, sent, visit } from '../history/story.ts';

const before = handledIn(booksOf(goodRun()));
const withVisit = (at: string, end: 'handled' | 'failed'): number =>
  handledIn(booksOf([...goodRun(), ...sent(190, 'n1', ['mail', 'stock']), ...visit(200, 'consumer-1.1', 'n1', at, end)]));

it('what an endpoint handles counts once, for each endpoint', () => {
  expect(before).toBe(['c1', 'c2', 'c3', 'e1 at mail', 'e1 at stock', 'm1', 'm2', 'm3'].length);
  expect(withVisit('stock', 'handled')).toBe(before + 1);
});

it('what only failed does not count', () => {
  expect(withVisit('stock', 'failed')).toBe(before);
});
