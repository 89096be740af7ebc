/** Sequences as few spans, the last of each included: mostly those of a batch follow on each other. */
export interface SequenceRuns {
  readonly firsts: readonly string[];
  readonly lasts: readonly string[];
}

/** In the given order; what is not known to follow begins a span of its own. */
export function runsOf(sequences: readonly string[]): SequenceRuns {
  const firsts: string[] = [];
  const lasts: string[] = [];
  let before = Number.NaN;
  for (const sequence of sequences) {
    const number = Number(sequence);
    if (number === before + 1 && Number.isSafeInteger(number)) lasts[lasts.length - 1] = sequence;
    else {
      firsts.push(sequence);
      lasts.push(sequence);
    }
    before = number;
  }
  return { firsts, lasts };
}

/** A list as one value. */
export const arrayOf = (list: readonly string[]): string => `{${list.join(',')}}`;

/** Sequences as one value: a multirange of the database, in which it looks things up fast. */
export function multirangeOf(sequences: readonly string[]): string {
  const { firsts, lasts } = runsOf(sequences);
  return arrayOf(firsts.map((first, index) => `[${first},${lasts[index]}]`));
}
