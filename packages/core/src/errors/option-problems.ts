import { ConfigurationError } from './bus-error.ts';
import { nameValue } from './name-value.ts';

/**
 * What is wrong with the names in an object of options: that it is none, or each name that `owner` does not know, with the
 * one that was meant. `owner` says whose options they are: `` `handler` ``, `the endpoint "orders"`.
 */
export function optionProblems(owner: string, options: unknown, known: readonly string[]): readonly string[] {
  if (!isOptions(options)) return [`The options of ${owner} are ${nameValue(options)}. Pass an object.`];
  return Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => `\`${name}\` is no option of ${owner}. ${didYouMean(name, known)}`);
}

/**
 * Refuses options that are no object or hold unknown names.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function assertOptions(owner: string, options: unknown, known: readonly string[]): void {
  const problems = optionProblems(owner, options, known);
  if (problems.length === 0) return;
  const option = isOptions(options) ? Object.keys(options).find((name) => !known.includes(name)) : undefined;
  throw new ConfigurationError('OPTION_INVALID', problems.join(' '), { details: { option } });
}

/** True for an object that can hold options: no list, no function, not `null`. */
export function isOptions(options: unknown): options is object {
  return typeof options === 'object' && options !== null && !Array.isArray(options);
}

/** The way out for a name that is not known: what was meant, or what there is. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`;
}

/** The known name that begins alike, or is at most a third of its letters away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((one) => ({ one, distance: editDistance(name.toLowerCase(), one.toLowerCase()), alike: lettersAlike(name, one) }))
    .filter(({ one, distance, alike }) => alike >= MANY_LETTERS || distance <= Math.max(1, one.length / 3));
  return near.toSorted((left, right) => left.distance - left.alike - (right.distance - right.alike))[0]?.one;
}

const MANY_LETTERS = 4;

/** How many letters two names have in common at their beginning. */
function lettersAlike(left: string, right: string): number {
  let count = 0;
  while (count < left.length && left[count]?.toLowerCase() === right[count]?.toLowerCase()) count += 1;
  return count;
}

/** How many letters must be put in, taken out, replaced or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const replaced = (last[column - 1] as number) + (same ? 0 : 1);
      const swaps = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = swaps ? (beforeLast[column - 2] as number) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (last[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] as number;
}
