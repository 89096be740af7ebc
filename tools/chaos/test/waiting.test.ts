import { expect, it } from 'vitest';

import { pauseUntil } from '../src/waiting.ts';

/** Less than two looks take. */
const PATIENCE_MS = 300;
const LOOKS = 5;

/** True at the fifth look; how much is done then, by the number of the look. */
const atTheFifth = (doneAt: (look: number) => number): Promise<boolean> => {
  let look = 0;
  return pauseUntil(
    () => ++look === LOOKS,
    PATIENCE_MS,
    () => doneAt(look),
  );
};

it('what gets on is waited for beyond the patience', async () => {
  expect(await atTheFifth((look) => look)).toBe(true);
});

it('what gets on no more is given up', async () => {
  expect(await atTheFifth(() => 7)).toBe(false);
});

it('what only goes up and down does not get on', async () => {
  expect(await atTheFifth((look) => look % 2)).toBe(false);
});
