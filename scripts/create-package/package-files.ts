import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PackageNames } from './package-name.ts';

const TEMPLATES = join(import.meta.dirname, 'templates');

/** The kinds of packages that can be made: the folders of `templates`. */
export function packageKinds(): readonly string[] {
  return globSync('*', { cwd: TEMPLATES }).toSorted();
}

/** The files of a new package, by their paths in its folder. */
export function packageFiles(kind: string, names: PackageNames): ReadonlyMap<string, string> {
  const folder = join(TEMPLATES, kind);
  const paths = globSync('**/*.txt', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  return new Map(
    paths.toSorted().map((path) => [filled(path.replace(/\.txt$/, ''), names), filled(readFileSync(join(folder, path), 'utf8'), names)]),
  );
}

function filled(text: string, { kebab, camel, pascal, title }: PackageNames): string {
  return text.replaceAll('__kebab__', kebab).replaceAll('__camel__', camel).replaceAll('__Pascal__', pascal).replaceAll('__Title__', title);
}
