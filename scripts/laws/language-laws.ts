import { breachesIn } from './breaches-in.ts';
import type { Law } from './law.ts';
import type { SourceFile } from './source-file.ts';
import { type Place, type SyntaxNode, dottedName, identifierName, isNode, literalText } from './syntax.ts';
import type { Workspace } from './workspace.ts';

export const noEnum = languageLaw(
  'no-enum',
  'Use a union of strings, from an `as const` list where the values are needed.',
  everywhere,
  ({ node }) => (node.type === 'TSEnumDeclaration' ? 'An enum is declared.' : undefined),
);

export const noAny = languageLaw('no-any', 'Use `unknown` and narrow it.', sourcesAndScripts, ({ node }) =>
  node.type === 'TSAnyKeyword' ? 'The type `any` is used.' : undefined,
);

export const noDefaultExport = languageLaw('no-default-export', 'Export it by name.', everywhere, ({ node }) =>
  node.type === 'ExportDefaultDeclaration' || isNamedDefault(node) ? 'There is a default export.' : undefined,
);

export const noExportStar = languageLaw('no-export-star', 'List the names: what is public is a decision.', everywhere, ({ node }) =>
  node.type === 'ExportAllDeclaration' ? 'There is an `export *`.' : undefined,
);

export const noModuleState = languageLaw(
  'no-module-state',
  'Keep state in an object that its user creates.',
  libraries,
  ({ node, parent }) => {
    const isOutermost = parent?.type === 'Program' || parent?.type === 'ExportNamedDeclaration';
    if (!isOutermost || node.type !== 'VariableDeclaration') return undefined;
    if (node['kind'] !== 'const') return `A module-level \`${String(node['kind'])}\` is mutable state.`;
    return nodesIn(node['declarations']).some(startsEmpty) ? 'A module-level collection that starts empty is mutable state.' : undefined;
  },
);

export const noUsing = languageLaw(
  'no-using',
  'Dispose of it in `finally`: packages run on Node 22, which does not read it.',
  libraries,
  ({ node }) => (String(node['kind']).endsWith('using') ? `A \`${String(node['kind'])}\` is declared.` : undefined),
);

export const noAssignedFunction = languageLaw(
  'no-assigned-function',
  'Name it first, and assign the name: V8 makes what is assigned in the old generation, and there it keeps alive what it refers to.',
  libraries,
  ({ node }) => {
    const isAssigned = node.type === 'AssignmentExpression' && isNode(node['left']) && node['left'].type === 'MemberExpression';
    return isAssigned && isFunction(node['right']) ? 'A function is assigned to a property where it is written.' : undefined;
  },
);

export const noSleep = languageLaw(
  'no-sleep',
  'Wait for a signal with a bound, or move the clock of the harness.',
  testsAndCases,
  ({ node }) => {
    if (node.type !== 'CallExpression') return undefined;
    const name = dottedName(node['callee'])?.split('.').at(-1) ?? '';
    return name === 'sleep' || (name === 'setTimeout' && waitsLong(node['arguments']))
      ? `A test waits for time to pass: ${name}().`
      : undefined;
  },
);

export const noSkippedTest = languageLaw('no-skipped-test', 'Run the test, or delete it.', tests, ({ node }) => {
  const unrun = node.type === 'MemberExpression' ? unrunByName(node) : unrunByOption(node);
  return unrun === undefined ? undefined : `A test is not run: ${unrun}.`;
});

function unrunByName(node: SyntaxNode): string | undefined {
  const name = dottedName(node) ?? '';
  return isTestFunction(name) && UNRUN.includes(name.split('.').at(-1) ?? '') ? name : undefined;
}

/** `it('…', { skip: true }, …)`. */
function unrunByOption(node: SyntaxNode): string | undefined {
  const name = node.type === 'CallExpression' ? (dottedName(node['callee']) ?? '') : '';
  if (!isTestFunction(name)) return undefined;
  const options = nodesIn(node['arguments']).flatMap((one) => (one.type === 'ObjectExpression' ? nodesIn(one['properties']) : []));
  const option = options.map(({ key }) => identifierName(key) ?? '').find((key) => UNRUN.includes(key));
  return option === undefined ? undefined : `${name} with ${option}`;
}

function isTestFunction(name: string): boolean {
  return TEST_FUNCTIONS.includes(name.split('.')[0] ?? '');
}

function isFunction(value: unknown): boolean {
  return isNode(value) && (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression');
}

function isNamedDefault({ type, exported }: SyntaxNode): boolean {
  return type === 'ExportSpecifier' && (identifierName(exported) ?? literalText(exported)) === 'default';
}

function nodesIn(value: unknown): readonly SyntaxNode[] {
  return [value].flat().filter(isNode);
}

/** True of `const seen = new Map()`; a type that begins with `Readonly` makes it a constant. */
function startsEmpty({ id, init }: SyntaxNode): boolean {
  if (!isNode(init) || isReadonly(id)) return false;
  if (init.type === 'ArrayExpression') return nodesIn(init['elements']).length === 0;
  return (
    init.type === 'NewExpression' && ['Map', 'Set'].includes(dottedName(init['callee']) ?? '') && nodesIn(init['arguments']).length === 0
  );
}

function isReadonly(id: unknown): boolean {
  const annotation = isNode(id) && isNode(id['typeAnnotation']) ? id['typeAnnotation']['typeAnnotation'] : undefined;
  if (!isNode(annotation)) return false;
  return annotation['operator'] === 'readonly' || (identifierName(annotation['typeName']) ?? '').startsWith('Readonly');
}

const UNRUN = ['only', 'skip', 'todo'];
const TEST_FUNCTIONS = ['it', 'test', 'describe', 'suite', 'expectTypeOf', 'bench'];
const LONGEST_WAIT_MS = 50;

function waitsLong(parameters: unknown): boolean {
  return (
    Array.isArray(parameters) &&
    parameters.some((one) => isNode(one) && typeof one['value'] === 'number' && one['value'] >= LONGEST_WAIT_MS)
  );
}

type Scope = (workspace: Workspace) => readonly SourceFile[];

function languageLaw(name: string, wayOut: string, scope: Scope, find: (place: Place) => string | undefined): Law {
  return { name, wayOut, check: (workspace) => scope(workspace).flatMap((file) => breachesIn(file, find, (problem) => problem)) };
}

function libraries({ packages }: Workspace): readonly SourceFile[] {
  return packages.filter(({ folder }) => folder.startsWith('packages/')).flatMap((one) => one.sources);
}

function sources({ packages }: Workspace): readonly SourceFile[] {
  return packages.flatMap((one) => one.sources);
}

function tests({ packages, scripts }: Workspace): readonly SourceFile[] {
  return [...packages.flatMap((one) => one.tests), ...scripts.filter(({ path }) => path.includes('/test/'))];
}

/** The cases of the conformance suite are tests that stand in `src`. */
function testsAndCases(workspace: Workspace): readonly SourceFile[] {
  return [...tests(workspace), ...libraries(workspace).filter(({ path }) => path.startsWith('packages/conformance/'))];
}

function sourcesAndScripts(workspace: Workspace): readonly SourceFile[] {
  return [...sources(workspace), ...workspace.scripts];
}

function everywhere(workspace: Workspace): readonly SourceFile[] {
  return [...sourcesAndScripts(workspace), ...workspace.packages.flatMap((one) => one.tests)];
}
