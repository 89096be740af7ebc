import { readdirSync } from 'node:fs';
import type { Row } from './row.ts';

/** A row, and where a process of its own finds it. */
export interface FoundRow {
  readonly row: Row;
  readonly file: string;
  readonly index: number;
}

/** The rows whose file, title or section holds the filter, in the order of the files. Case does not matter. */
export async function findRows(filter: string): Promise<readonly FoundRow[]> {
  const folder = new URL('rows/', import.meta.url);
  const found: FoundRow[] = [];
  for (const name of readdirSync(folder).toSorted()) {
    const file = new URL(name, folder).href;
    const { rows } = (await import(file)) as { readonly rows: readonly Row[] };
    for (const [index, row] of rows.entries())
      if (holds(`${name} ${row.section ?? 'paths'} ${row.title} ${row.unit}`, filter)) found.push({ row, file, index });
  }
  return found;
}

function holds(text: string, filter: string): boolean {
  return text.toLowerCase().includes(filter.toLowerCase());
}
