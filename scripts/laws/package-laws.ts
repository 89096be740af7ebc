import { ADAPTERS_WITH_INTERNAL, ADAPTER_PREFIXES } from './core-levels.ts';
import type { Breach, Law } from './law.ts';
import type { Import, SourceFile } from './source-file.ts';
import { type Manifest, type Workspace, type WorkspacePackage, entriesOf } from './workspace.ts';

const CORE = 'packages/core';

export const coreStandsAlone: Law = {
  name: 'core-stands-alone',
  wayOut: 'Put it behind a port and into an adapter package; what the host offers comes through runtime/.',
  check: ({ packages }) => packages.filter(({ folder }) => folder === CORE).flatMap(checkCoreAlone),
};

export const publicEntriesOnly: Law = {
  name: 'public-entries-only',
  wayOut:
    'Import an entry that the package exports; `internal` is for siblings in packages/, and for adapters only where the table allows it.',
  check: (workspace) => workspace.packages.flatMap((one) => checkEntriesUsed(one, workspace)),
};

export const oneClientPerAdapter: Law = {
  name: 'one-client-per-adapter',
  wayOut: 'Split the package: an adapter wraps one third-party client.',
  check: ({ packages }) => packages.filter(isAdapter).flatMap(checkClients),
};

export const noForeignPath: Law = {
  name: 'no-foreign-path',
  wayOut: 'Import the other package by its name.',
  check: ({ packages }) => packages.flatMap(checkPaths),
};

const DEPENDENCY_FIELDS = ['dependencies', 'peerDependencies', 'optionalDependencies'] as const satisfies readonly (keyof Manifest)[];

function checkCoreAlone({ folder, manifest, sources }: WorkspacePackage): readonly Breach[] {
  const path = `${folder}/package.json`;
  const declared = DEPENDENCY_FIELDS.flatMap((field) => Object.keys(manifest[field] ?? {}).map((name) => `${name} in "${field}"`));
  return [
    ...declared.map((what) => ({ path, problem: `Core depends on ${what}.` })),
    ...importsWhere(
      sources,
      ({ target }) => target === undefined || !target.startsWith(`${CORE}/src/`),
      (found) => `Core imports ${found.specifier}.`,
    ),
  ];
}

function checkEntriesUsed(user: WorkspacePackage, { packages }: Workspace): readonly Breach[] {
  const exported = new Set(packages.flatMap((one) => [...entriesOf(one).keys()].map((entry) => one.manifest.name + entry.slice(1))));
  const ours = new Set(packages.map(({ manifest }) => manifest.name));
  const isRefused = ({ specifier }: Import): boolean =>
    ours.has(packageOf(specifier)) && (!exported.has(specifier) || (specifier.endsWith('/internal') && !mayUseInternal(user)));
  return importsWhere([...user.sources, ...user.tests], isRefused, ({ specifier }) => `${user.folder} may not import ${specifier}.`);
}

function mayUseInternal(user: WorkspacePackage): boolean {
  return user.folder.startsWith('packages/') && (!isAdapter(user) || ADAPTERS_WITH_INTERNAL.includes(user.folder));
}

function isAdapter({ folder }: WorkspacePackage): boolean {
  return ADAPTER_PREFIXES.some((prefix) => folder.startsWith(`packages/${prefix}`));
}

function checkClients({ folder, sources }: WorkspacePackage): readonly Breach[] {
  const own = sources.filter(({ path }) => !path.startsWith(`${folder}/src/mappers/`)); // bridges: an entry each, and one mapper
  const clients = new Set(own.flatMap(({ imports }) => imports.map(clientOf).filter((client) => client !== undefined)));
  if (clients.size <= 1) return [];
  return [{ path: `${folder}/src`, problem: `The adapter imports ${clients.size} third-party clients: ${[...clients].join(', ')}.` }];
}

/** The client that an import belongs to: a package, or a whole scope such as `@aws-sdk`, which is one client in parts. */
function clientOf({ specifier, target }: Import): string | undefined {
  const isOurs = target !== undefined || specifier.startsWith('node:') || specifier.startsWith('@waybill/');
  return isOurs ? undefined : specifier.split('/')[0];
}

function checkPaths({ folder, sources, tests }: WorkspacePackage): readonly Breach[] {
  const leaves = ({ target }: Import): boolean => target !== undefined && !target.startsWith(`${folder}/`);
  return importsWhere([...sources, ...tests], leaves, ({ specifier }) => `A path leads out of its package: ${specifier}.`);
}

function importsWhere(
  files: readonly SourceFile[],
  isBreach: (found: Import) => boolean,
  problem: (found: Import) => string,
): readonly Breach[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter(isBreach).map((found) => ({ path, line: found.line, problem: problem(found) })),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
