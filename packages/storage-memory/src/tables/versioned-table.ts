/** Stands for a row that is not there. */
export const ABSENT: unique symbol = Symbol('absent');

interface Version<Value> {
  /** The number of the commit that wrote it. */
  readonly at: number;
  readonly value: Value | typeof ABSENT;
}

/** The committed rows of a table, with those older versions that a running transaction may still read. */
export class VersionedTable<Value> {
  readonly #name: string;
  readonly #rows = new Map<string, readonly Version<Value>[]>();
  #lastChange = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** The name of the lock of a row: no other row of any table has it. */
  lockOf(key: string): string {
    return `${this.#name.length}:${this.#name}${key}`;
  }

  /** The row as of a commit. */
  read(key: string, at: number): Value | typeof ABSENT {
    return asOf(this.#rows.get(key) ?? [], at);
  }

  *entries(at: number): Generator<readonly [key: string, value: Value]> {
    for (const [key, versions] of this.#rows) {
      const value = asOf(versions, at);
      if (value !== ABSENT) yield [key, value];
    }
  }

  /** True when a commit after this one has changed the row, or any row where none is named. */
  hasChangedSince(at: number, key?: string): boolean {
    return (key === undefined ? this.#lastChange : (this.#rows.get(key)?.at(-1)?.at ?? 0)) > at;
  }

  /** Writes a row; nobody reads as of a commit before `oldest` any more. */
  write(key: string, value: Value | typeof ABSENT, at: number, oldest: number): void {
    const written: Version<Value> = { at, value };
    const versions = [...(this.#rows.get(key) ?? []), written];
    const first = versions.findLastIndex((version) => version.at <= oldest);
    const kept = versions.slice(Math.max(first, 0));
    this.#lastChange = at;
    if (kept.every((version) => version.value === ABSENT)) this.#rows.delete(key);
    else this.#rows.set(key, kept);
  }
}

function asOf<Value>(versions: readonly Version<Value>[], at: number): Value | typeof ABSENT {
  const version = versions.findLast((one) => one.at <= at);
  return version === undefined ? ABSENT : version.value;
}
