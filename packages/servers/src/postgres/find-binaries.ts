import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's programs, which stand in no search path: one folder for each version. */
const DEBIAN = '/usr/lib/postgresql/*/bin';

/** The folder with `postgres`, `initdb` and the rest, of the newest version that is installed, or undefined. */
export function findBinaries(): string | undefined {
  const debian = globSync(DEBIAN).toSorted((a, b) => versionOf(b) - versionOf(a));
  const searchPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...debian, ...searchPath].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const versionOf = (folder: string): number => Number(folder.split('/').at(-2));
