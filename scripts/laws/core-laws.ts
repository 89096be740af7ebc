import { breachesIn } from './breaches-in.ts';
import { FOREIGN_NAMES, PORT_ENTRIES } from './core-levels.ts';
import { coreFolder, coreSources } from './import-laws.ts';
import type { Law } from './law.ts';
import { resolveRelative } from './source-file.ts';
import { type Place, type SyntaxNode, dottedName, identifierName, isMemberName, isNode, literalText } from './syntax.ts';
import type { Workspace } from './workspace.ts';

export const runtimeOnly: Law = {
  name: 'runtime-only',
  wayOut: 'Take clock, timers, ids and randomness from `Runtime`; only runtime/ touches the host.',
  check: (workspace) =>
    coreSources(workspace)
      .filter(({ path }) => coreFolder(path) !== 'runtime')
      .flatMap((file) => breachesIn(file, hostUse, (what) => `The host's ${what} is used outside runtime/.`)),
};

export const noForeignName: Law = {
  name: 'no-foreign-name',
  wayOut: 'Express it as a capability or a port; names of products belong into adapters.',
  check: (workspace) =>
    coreSources(workspace).flatMap((file) => {
      const inPath = foreignName(coreFolder(file.path) === undefined ? '' : file.path);
      const named = inPath === undefined ? [] : [{ path: file.path, problem: `The file is named after ${inPath}.` }];
      return [...named, ...breachesIn(file, foreignNameAt, (name) => `Core names ${name}.`)];
    }),
};

export const noDecoratorInCore: Law = {
  name: 'no-decorator-in-core',
  wayOut: 'Call the function instead; core offers a decorator and uses none.',
  check: (workspace) =>
    coreSources(workspace).flatMap((file) =>
      breachesIn(
        file,
        ({ node }) => (node.type === 'Decorator' ? 'a decorator' : undefined),
        (what) => `Core uses ${what}.`,
      ),
    ),
};

export const portPrefix: Law = {
  name: 'port-prefix',
  wayOut: 'Drop the prefix, or export the port from ./transport, ./persistence, ./serialization, ./container or ./telemetry of core.',
  check: (workspace) => {
    const ports = portsOf(workspace);
    const sources = workspace.packages.filter(({ folder }) => folder.startsWith('packages/')).flatMap((one) => one.sources);
    return sources.flatMap((file) =>
      breachesIn(
        file,
        (place) => wrongPrefix(place, ports.get(file.path) ?? []),
        (what) => `${what} has the prefix of a port.`,
      ),
    );
  },
};

export const pureDecision: Law = {
  name: 'pure-decision',
  wayOut: 'Return the decision as data and carry it out in another file.',
  check: (workspace) =>
    coreSources(workspace)
      .filter(({ path }) => coreFolder(path) === 'recoverability' && path.includes('/decide-'))
      .flatMap((file) => [
        ...breachesIn(file, asynchrony, (what) => `A decision is ${what}.`),
        ...file.imports
          .filter(({ target }) => target?.endsWith('/delivery.ts'))
          .map(({ line }) => ({
            path: file.path,
            line,
            problem: 'A decision touches the delivery.',
          })),
      ]),
};

const HOST_TIME = ['Date.now', 'performance.now', 'performance.timeOrigin', 'process.hrtime', 'process.nextTick', 'AbortSignal.timeout'];
const HOST_MODULES = ['process.getBuiltinModule'];
const HOST_CHANCE = ['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'];
const HOST_FUNCTIONS = ['setTimeout', 'setInterval', 'setImmediate'];
const HOST_USES = [HOST_TIME, HOST_MODULES, HOST_CHANCE, HOST_FUNCTIONS].flat();
const HOST_OBJECTS = ['globalThis', 'Date', 'Math', 'crypto', 'performance', 'process'];

function hostUse(place: Place): string | undefined {
  const name = dottedName(place.node)?.replace(/^globalThis\./, '');
  if (place.node.type === 'MemberExpression') return HOST_USES.includes(name ?? '') ? name : undefined;
  if (place.node.type === 'Identifier') return HOST_FUNCTIONS.includes(name ?? '') && !isMemberName(place) ? name : undefined;
  return readsClock(place.node) ? 'Date()' : takenApart(place.node);
}

/** The object of the host in `const { random } = Math`. */
function takenApart(node: SyntaxNode): string | undefined {
  if (node.type !== 'VariableDeclarator' || !isNode(node['id']) || node['id'].type !== 'ObjectPattern') return undefined;
  const name = dottedName(node['init'])?.replace(/^globalThis\./, '');
  return HOST_OBJECTS.includes(name ?? '') ? name : undefined;
}

function readsClock(node: SyntaxNode): boolean {
  if (dottedName(node['callee'])?.replace(/^globalThis\./, '') !== 'Date') return false;
  return (
    node.type === 'CallExpression' || (node.type === 'NewExpression' && Array.isArray(node['arguments']) && node['arguments'].length === 0)
  );
}

function foreignNameAt({ node }: Place): string | undefined {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return foreignName(String(node['name']));
  if (node.type === 'Literal' && typeof node['value'] === 'string') return foreignName(node['value']);
  const value = node.type === 'TemplateElement' ? node['value'] : undefined;
  return typeof value === 'object' && value !== null && 'raw' in value ? foreignName(String(value.raw)) : undefined;
}

/** The product that a text names: word by word, so that `alternates` is not NATS, and pairs of words for `service bus`; `mysql2` is `mysql`. */
function foreignName(text: string): string | undefined {
  const words = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''));
  const pairs = words.slice(1).map((word, index) => `${words[index]}${word}`);
  return [...words, ...pairs].find((word) => FOREIGN_NAMES.includes(word));
}

/** The names that the entries of ports re-export, by the file that defines them. */
function portsOf(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const entries = PORT_ENTRIES.map((entry) => `packages/core/src/${entry}.ts`);
  const ports = new Map<string, readonly string[]>();
  for (const file of coreSources(workspace).filter(({ path }) => entries.includes(path)))
    for (const { node, parent } of file.places) {
      const target = node.type === 'ExportSpecifier' ? resolveRelative(file.path, literalText(parent?.['source']) ?? '') : undefined;
      const name = identifierName(node['local']);
      if (target !== undefined && name !== undefined) ports.set(target, [...(ports.get(target) ?? []), name]);
    }
  return ports;
}

const NAMED_DECLARATIONS: Readonly<Record<string, string>> = {
  TSInterfaceDeclaration: 'The interface',
  TSTypeAliasDeclaration: 'The type',
  ClassDeclaration: 'The class',
};

function wrongPrefix({ node }: Place, ports: readonly string[]): string | undefined {
  const kind = NAMED_DECLARATIONS[node.type];
  const name = identifierName(node['id']);
  if (kind === undefined || name === undefined || !/^I[A-Z]/.test(name)) return undefined;
  return node.type === 'TSInterfaceDeclaration' && ports.includes(name) ? undefined : `${kind} ${name}`;
}

function asynchrony({ node }: Place): string | undefined {
  if (node.type === 'AwaitExpression' || node['async'] === true) return 'asynchronous';
  return identifierName(node) === 'Promise' ? 'a promise' : undefined;
}
