import { onTheWay } from '../checks/lost.ts';
import type { Books } from '../history/books.ts';
import { countsOf } from './counts.ts';
import { grouped } from './figures.ts';

/** What there is so far. */
export function progressLine(books: Books, elapsedMs: number): string {
  const { sent, accepted, unknown, rejected, handled, doubled } = countsOf(books);
  const seconds = Math.floor(elapsedMs / 1_000);
  const time = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  const faults = books.faults.filter(({ hit }) => hit).length;
  const parts: readonly (readonly [string, number])[] = [
    ['sent', sent],
    ['accepted', accepted],
    ['unknown', unknown],
    ['rejected', rejected],
    ['handled', handled],
    ['duplicated', doubled],
    ['on the way', onTheWay(books).length],
    ['faults', faults],
  ];
  return `${time}  ${parts.map(([name, count]) => `${name} ${grouped(count)}`).join('  ')}`;
}
