import { expect, it } from 'vitest';

import { lastLines } from '../src/last-lines.ts';

const entry = (n: number, level: string): string => `2026-11-21 14:00:00 [${level}] ${n} said\n  and more`;

it('gives the last forty lines of the entries that are meant, in their order', () => {
  const log = Array.from({ length: 100 }, (_, n) => entry(n, n % 2 === 0 ? 'error' : 'info')).join('\n');
  const lines = lastLines(`${log}\n`, /\[error\]/).split('\n');
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([40, '2026-11-21 14:00:00 [error] 60 said', '  and more']);
  expect(lines.join('\n')).not.toContain('info');
});

it('gives nothing of a log without trouble', () => {
  expect(lastLines(`${entry(1, 'info')}\n`, /\[error\]/)).toBe('');
});
