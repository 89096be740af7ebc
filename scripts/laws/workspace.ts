import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type SourceFile, parseSource } from './source-file.ts';

/** The fields of a package.json that the laws look at. */
export interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** One package of the repository, parsed. */
export interface WorkspacePackage {
  /** Its folder, such as `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly sources: readonly SourceFile[];
  readonly tests: readonly SourceFile[];
}

/** Everything that the laws judge. */
export interface Workspace {
  readonly packages: readonly WorkspacePackage[];
  /** The repository's own scripts and their tests. */
  readonly scripts: readonly SourceFile[];
}

export function readWorkspace(root: string): Workspace {
  const manifests = globSync(['packages/*/package.json', 'examples/*/package.json', 'tools/*/package.json'], { cwd: root });
  return {
    packages: manifests.toSorted().map((path) => readPackage(root, toSlashes(path).replace('/package.json', ''))),
    scripts: readSources(root, 'scripts/**/*.ts'),
  };
}

export function readManifest(root: string, folder: string): Manifest {
  const path = join(root, folder, 'package.json');
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isManifest(manifest)) throw new Error(`${path} is no package: it has no "name". Add one.`);
  return manifest;
}

/** The files that the package's `exports` name, by entry: `.` → `packages/core/src/index.ts`. */
export function entriesOf({ folder, manifest }: Pick<WorkspacePackage, 'folder' | 'manifest'>): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [entry, conditions] of Object.entries(manifest.exports ?? {})) {
    if (typeof conditions !== 'object' || conditions === null || !('@waybill/source' in conditions)) continue;
    entries.set(entry, `${folder}/${String(conditions['@waybill/source']).replace('./', '')}`);
  }
  return entries;
}

function readPackage(root: string, folder: string): WorkspacePackage {
  return {
    folder,
    manifest: readManifest(root, folder),
    sources: readSources(root, `${folder}/src/**/*.ts`),
    tests: readSources(root, `${folder}/test/**/*.ts`),
  };
}

function readSources(root: string, pattern: string): readonly SourceFile[] {
  const paths = globSync(pattern, { cwd: root }).map(toSlashes).toSorted();
  const present = paths.filter((path) => existsSync(join(root, path))); // others may move files while we read
  return present.map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
