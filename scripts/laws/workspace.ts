import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type SourceFile, parseSource } from './source-file.ts';

/** The fields of a package.json that the laws look at. */
export interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
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

/** The text of each file, by its path in the repository, with `/`. */
export type Files = Readonly<Record<string, string>>;

const PACKAGE = /^(?<folder>(?:packages|examples|tools)\/[^/]+)\/package\.json$/;
const JUDGED = ['{packages,examples,tools}/*/package.json', '{packages,examples,tools}/*/{src,test}/**/*.ts', 'scripts/**/*.ts'];

export function readWorkspace(root: string): Workspace {
  const paths = globSync(JUDGED, { cwd: root }).map(toSlashes);
  const present = paths.filter((path) => existsSync(join(root, path))); // others may move files while we read
  return workspaceOf(Object.fromEntries(present.map((path) => [path, readFileSync(join(root, path), 'utf8')])));
}

export function workspaceOf(files: Files): Workspace {
  const paths = Object.keys(files).toSorted();
  const sourcesIn = (folder: string): readonly SourceFile[] =>
    paths.filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.ts')).map((path) => parseSource(path, files[path] ?? ''));
  const folders = paths.map((path) => PACKAGE.exec(path)?.groups?.['folder']).filter((folder) => folder !== undefined);
  return {
    packages: folders.map((folder) => ({
      folder,
      manifest: manifestOf(`${folder}/package.json`, files[`${folder}/package.json`] ?? ''),
      sources: sourcesIn(`${folder}/src`),
      tests: sourcesIn(`${folder}/test`),
    })),
    scripts: sourcesIn('scripts'),
  };
}

export function readManifest(root: string, folder: string): Manifest {
  const path = join(root, folder, 'package.json');
  return manifestOf(path, readFileSync(path, 'utf8'));
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

function manifestOf(path: string, text: string): Manifest {
  const manifest: unknown = JSON.parse(text);
  if (!isManifest(manifest)) throw new Error(`${path} is no package: it has no "name". Add one.`);
  return manifest;
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}
