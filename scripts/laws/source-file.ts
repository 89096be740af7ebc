import { posix } from 'node:path';

import { parseSync } from 'oxc-parser';

import { type Place, type SyntaxNode, isNode, literalText, placesOf } from './syntax.ts';

/** One `import`, `export … from` or `import()` of a file. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** False where the import is gone at run time. */
  readonly isValue: boolean;
  /** The imported file's path in the repository, for relative imports. */
  readonly target: string | undefined;
}

/** A parsed TypeScript file. Paths are relative to the repository's root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly program: SyntaxNode;
  readonly places: readonly Place[];
  readonly imports: readonly Import[];
  lineOf(node: SyntaxNode): number;
}

export function parseSource(path: string, text: string): SourceFile {
  const result = parseSync(path, text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}. Mend its syntax first.`);
  const program: unknown = result.program;
  if (!isNode(program)) throw new Error(`${path} has no syntax tree: the parser returned none. Check the version of oxc-parser.`);
  const lineOf = (node: SyntaxNode): number => text.slice(0, node.start).split('\n').length;
  const places = placesOf(program);
  const imports = places.map((place) => readImport(path, place.node, lineOf)).filter((found) => found !== undefined);
  return { path, program, places, imports, lineOf };
}

const IMPORTING = ['ImportDeclaration', 'ImportExpression', 'TSImportType', 'ExportNamedDeclaration', 'ExportAllDeclaration'];

function readImport(path: string, node: SyntaxNode, lineOf: (node: SyntaxNode) => number): Import | undefined {
  const specifier = IMPORTING.includes(node.type) ? literalText(node['source']) : undefined;
  if (specifier === undefined) return undefined;
  const isTypeOnly = node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type';
  return {
    specifier,
    line: lineOf(node),
    isValue: !isTypeOnly,
    target: resolveRelative(path, specifier),
  };
}

/** The path in the repository that a relative import means. */
export function resolveRelative(importer: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(importer), specifier)).replace(/\.js$/, '.ts');
}
