import { CORE_LEVELS, DELIVERY_FOLDERS, SIDEWAYS } from './core-levels.ts';
import { findCycles } from './find-cycles.ts';
import type { Breach, Law } from './law.ts';
import type { Import, SourceFile } from './source-file.ts';
import { type SyntaxNode, identifierName, isNode } from './syntax.ts';
import { type Workspace, type WorkspacePackage, entriesOf } from './workspace.ts';

const CORE = 'packages/core';
const CORE_SOURCES = `${CORE}/src/`;
const PIPELINE_PAGE = `${CORE_SOURCES}bus/default-pipeline.ts`;

export const noImportCycle: Law = {
  name: 'no-import-cycle',
  wayOut: 'Move what both need into a file of its own, or import only its type.',
  check: ({ packages, scripts }) =>
    [...packages.map((one) => one.sources), scripts].flatMap(findCycles).map((cycle) => ({
      path: cycle[0] ?? '',
      problem: `Files import each other in a circle: ${[...cycle, cycle[0]].join(' → ')}.`,
    })),
};

export const coreLevels: Law = {
  name: 'core-levels',
  wayOut: 'Import downwards only; a new folder or a sideways edge is decided in scripts/laws/core-levels.ts.',
  check: (workspace) => [...strayFiles(workspace), ...coreSources(workspace).flatMap(checkLevels)],
};

export const noEntryImport: Law = {
  name: 'no-entry-import',
  wayOut: 'Import the file that defines the name.',
  check: ({ packages }) => packages.flatMap(checkEntryImports),
};

export const deliveryTouchers: Law = {
  name: 'delivery-touchers',
  wayOut: `Hand the folder a narrower value; only ${DELIVERY_FOLDERS.join(', ')} touch a delivery.`,
  check: (workspace) =>
    coreSources(workspace).flatMap((file) => {
      const folder = coreFolder(file.path);
      if (folder === undefined || DELIVERY_FOLDERS.includes(folder)) return [];
      const found = file.imports.filter(({ target }) => target === `${CORE_SOURCES}transport/delivery.ts`);
      return found.map(({ line }) => ({ path: file.path, line, problem: `${folder}/ imports transport/delivery.ts.` }));
    }),
};

export const pipelinePage: Law = {
  name: 'pipeline-on-one-page',
  wayOut: 'Name the step in bus/default-pipeline.ts; other files take it from the composed pipeline.',
  check: (workspace) => {
    const sources = coreSources(workspace);
    const steps = new Set(sources.filter(exportsStep).map(({ path }) => path));
    return sources
      .filter(({ path }) => coreFolder(path) !== undefined && path !== PIPELINE_PAGE)
      .flatMap((file) => checkWiring(file, steps));
  },
};

export function coreSources({ packages }: Workspace): readonly SourceFile[] {
  return packages.find(({ folder }) => folder === CORE)?.sources ?? [];
}

/** The folder of a file of core, or undefined for the entries beside them. */
export function coreFolder(path: string): string | undefined {
  const [folder, ...rest] = path.replace(CORE_SOURCES, '').split('/');
  return rest.length === 0 ? undefined : folder;
}

function checkWiring({ path, imports }: SourceFile, steps: ReadonlySet<string>): readonly Breach[] {
  const isWired = (target: string): boolean => steps.has(target) || (isStepFile(target) && !isStepFile(path));
  const wired = imports.filter(({ isValue, target }) => isValue && target !== undefined && isWired(target));
  return wired.map(({ line, specifier }) => ({ path, line, problem: `A step is wired outside the pipeline's page: ${specifier}.` }));
}

function isStepFile(path: string): boolean {
  return /^packages\/core\/src\/pipeline\/(incoming|outgoing)\//.test(path);
}

/** A step is an exported constant of type `Step`, or an exported function that returns one. */
function exportsStep({ path, places }: SourceFile): boolean {
  return (
    path !== PIPELINE_PAGE && places.some(({ node }) => node.type === 'ExportNamedDeclaration' && declaredTypes(node).includes('Step'))
  );
}

function declaredTypes({ declaration }: SyntaxNode): readonly (string | undefined)[] {
  if (!isNode(declaration)) return [];
  const variables = [declaration['declarations'] ?? []].flat().filter(isNode);
  const functions = [declaration, ...variables.map(({ init }) => init)].filter(isNode).map(({ returnType }) => returnType);
  const names = variables.map(({ id }) => id).filter(isNode);
  return [...functions, ...names.map(({ typeAnnotation }) => typeAnnotation)].map(typeName);
}

function typeName(annotation: unknown): string | undefined {
  const type = isNode(annotation) ? annotation['typeAnnotation'] : undefined;
  return isNode(type) ? identifierName(type['typeName']) : undefined;
}

function strayFiles({ packages }: Workspace): readonly Breach[] {
  return packages
    .filter(({ folder }) => folder === CORE)
    .flatMap((core) => {
      const entries = [...entriesOf(core).values()];
      const stray = core.sources.filter(({ path }) => coreFolder(path) === undefined && !entries.includes(path));
      return stray.map(({ path }) => ({ path, problem: 'A file beside the folders is no entry, and so it has no level.' }));
    });
}

function checkLevels(file: SourceFile): readonly Breach[] {
  const folder = coreFolder(file.path);
  if (folder === undefined) return [];
  if (levelOf(folder) === undefined) return [{ path: file.path, problem: `The folder ${folder}/ has no level.` }];
  return file.imports
    .filter((one) => !isAllowedEdge(folder, one))
    .map(({ line, specifier }) => ({
      path: file.path,
      line,
      problem: `${folder}/ may not import ${specifier}: that is not below it.`,
    }));
}

function isAllowedEdge(folder: string, { target }: Import): boolean {
  if (target === undefined || !target.startsWith(CORE_SOURCES)) return true; // other laws judge these
  const imported = coreFolder(target);
  if (imported === undefined || imported === folder) return true;
  const below = (levelOf(imported) ?? Number.POSITIVE_INFINITY) < (levelOf(folder) ?? -1);
  return below || (SIDEWAYS[folder] ?? []).includes(imported);
}

function levelOf(folder: string): number | undefined {
  const level = CORE_LEVELS.findIndex((folders) => folders.includes(folder));
  return level === -1 ? undefined : level;
}

function checkEntryImports(one: WorkspacePackage): readonly Breach[] {
  const entries = new Set(entriesOf(one).values());
  return one.sources.flatMap((file) =>
    file.imports
      .filter(({ specifier, target }) => (target !== undefined ? entries.has(target) : `${specifier}/`.startsWith(`${one.manifest.name}/`)))
      .map(({ line, specifier }) => ({ path: file.path, line, problem: `An entry is imported from inside its package: ${specifier}.` })),
  );
}
