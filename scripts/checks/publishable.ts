import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type Manifest, entriesOf, readManifest } from '../laws/workspace.ts';

/** A package that is published, and its entries: `.` → `index`. */
export interface Publishable {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly entries: ReadonlyMap<string, string>;
  /** What its commands run, as `cli/main`. */
  readonly programs: readonly string[];
}

export function publishablePackages(root: string): readonly Publishable[] {
  return allPackages(root).filter(({ manifest }) => manifest.private !== true);
}

/** Those that are published, and those that only this repository uses. */
export function allPackages(root: string): readonly Publishable[] {
  const folders = globSync('packages/*/package.json', { cwd: root }).map(dirname).toSorted();
  return folders.map((folder) => describePackage(root, folder));
}

/** The emitted types of an entry. */
export function typesOf(root: string, { folder }: Publishable, entry: string): string {
  const path = join(root, folder, 'dist', `${entry}.d.ts`);
  if (!existsSync(path)) throw new Error(`${path} is missing: the package is not built. Run npm run build.`);
  return path;
}

function describePackage(root: string, folder: string): Publishable {
  const manifest = readManifest(root, folder);
  const sources = entriesOf({ folder, manifest });
  const entries = [...sources].map(([entry, path]) => [entry, path.replace(`${folder}/src/`, '').replace(/\.ts$/, '')] as const);
  const programs = Object.values(manifest.bin ?? {}).map((path) => path.replace('./dist/', '').replace(/\.js$/, ''));
  return { folder, manifest, entries: new Map(entries), programs };
}
