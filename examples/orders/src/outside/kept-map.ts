import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A map that is kept in a file, and is there again when the process is. A real service has a database. */
export class KeptMap<Value> extends Map<string, Value> {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
    const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Value>) : {};
    for (const [key, value] of Object.entries(kept)) super.set(key, value);
  }

  override set(key: string, value: Value): this {
    super.set(key, value);
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this)));
    renameSync(`${this.#path}.new`, this.#path); // the one or the other, whenever the process ends
    return this;
  }
}
