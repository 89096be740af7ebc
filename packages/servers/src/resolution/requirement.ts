/** Which servers must be there: `WAYBILL_REQUIRE`, either `all` or names with commas between them. */
export interface Requirement {
  /** Named one by one: each must be there, and be used. */
  readonly named: readonly string[];
  readonly requires: (name: string) => boolean;
}

/** @throws Error where it names a server that does not exist. */
export function readRequirement(text: string | undefined, known: readonly string[]): Requirement {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => name !== 'all' && !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`WAYBILL_REQUIRE names ${unknown.join(', ')}, which no test knows. It may be "all", or name ${known.join(', ')}.`);
  }
  const isAll = names.includes('all');
  return { named: names.filter((name) => name !== 'all'), requires: (name) => isAll || names.includes(name) };
}
