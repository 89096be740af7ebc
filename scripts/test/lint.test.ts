import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { runTool } from '../checks/run-tool.ts';
import { writeFiles } from './write-files.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const LATER = 'async function later(): Promise<boolean> {\n  return await Promise.resolve(true);\n}\n';
const TEST = "import { expect, it } from 'vitest';\n";

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

function longFunction(length: number): string {
  return `export function long(): number[] {\n  const all: number[] = [];\n${lines(length, (index) => `  all.push(${index});`)}\n  return all;\n}\n`;
}

function branches(count: number): string {
  return `export function choose(n: number): number {\n${lines(count, (index) => `  if (n === ${index}) return ${index * 3};`)}\n  return n;\n}\n`;
}

interface Planted {
  readonly rule: string;
  readonly path: string;
  readonly text: string;
}

const PLANTED: readonly Planted[] = [
  {
    rule: 'typescript(no-floating-promises)',
    path: 'packages/one/src/floating.ts',
    text: `${LATER}export function start(): void {\n  later();\n}\n`,
  },
  {
    rule: 'typescript(no-misused-promises)',
    path: 'packages/one/src/misused.ts',
    text: `${LATER}export function start(): number {\n  if (later()) return 1;\n  return 2;\n}\n`,
  },
  {
    rule: 'typescript(await-thenable)',
    path: 'packages/one/src/thenable.ts',
    text: 'export async function start(count: number): Promise<number> {\n  return await count;\n}\n',
  },
  {
    rule: 'typescript(consistent-type-imports)',
    path: 'packages/one/src/type-import.ts',
    text: "import { Shape } from './shape.ts';\nexport const shape: Shape = { size: 1 };\n",
  },
  {
    rule: 'import(no-cycle)',
    path: 'packages/one/src/circle-a.ts',
    text: "import { b } from './circle-b.ts';\nexport const a = (): number => b();\n",
  },
  { rule: 'import(no-default-export)', path: 'packages/one/src/by-default.ts', text: 'export default 1;\n' },
  {
    rule: 'eslint(max-lines)',
    path: 'packages/one/src/long-file.ts',
    text: `${lines(401, (index) => `export const value${index} = ${index};`)}\n`,
  },
  { rule: 'eslint(max-lines-per-function)', path: 'packages/one/src/long-function.ts', text: longFunction(58) },
  { rule: 'eslint(complexity)', path: 'packages/one/src/complex.ts', text: branches(10) },
  {
    rule: 'eslint(max-depth)',
    path: 'packages/one/src/deep.ts',
    text: `export function deep(n: number): number {\n${lines(4, (index) => `if (n > ${index}) {`)}\nreturn 1;\n}}}}\nreturn 2;\n}\n`,
  },
  { rule: 'typescript(no-explicit-any)', path: 'packages/one/src/any.ts', text: 'export const anything: any = 1;\n' },
  { rule: 'typescript(no-explicit-any)', path: 'examples/one/src/any.ts', text: 'export const anything: any = 1;\n' },
  { rule: 'eslint(no-console)', path: 'packages/one/src/console.ts', text: "console.log('x');\nexport const one = 1;\n" },
  {
    rule: 'vitest(no-focused-tests)',
    path: 'packages/one/test/focused.test.ts',
    text: `${TEST}it.only('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n`,
  },
  {
    rule: 'vitest(no-disabled-tests)',
    path: 'packages/one/test/disabled.test.ts',
    text: `${TEST}it.skip('adds', () => {\n  expect(1 + 1).toBe(2);\n});\n`,
  },
];

const CLEAN: Readonly<Record<string, string>> = {
  'packages/one/src/shape.ts': 'export interface Shape {\n  readonly size: number;\n}\n',
  'packages/one/src/circle-b.ts': "import { a } from './circle-a.ts';\nexport const b = (): number => a();\n",
  'packages/one/src/clean.ts': `import type { Shape } from './shape.ts';\n${LATER}export async function start(shape: Shape): Promise<number> {\n  return (await later()) ? shape.size : 0;\n}\n`,
  'packages/one/src/type-circle-a.ts':
    "import type { B } from './type-circle-b.ts';\nexport interface A {\n  readonly b?: B;\n}\nexport const one = 1;\n",
  'packages/one/src/type-circle-b.ts':
    "import { one } from './type-circle-a.ts';\nexport interface B {\n  readonly two: number;\n}\nexport const two = one + 1;\n",
  'packages/one/src/longest-file.ts': `// one line of comment\n\n${lines(400, (index) => `export const value${index} = ${index};`)}\n`,
  'packages/one/src/longest-function.ts': longFunction(56),
  'packages/one/src/most-complex.ts': branches(9),
  'packages/one/test/long.test.ts': longFunction(80) + branches(15),
  'examples/one/src/main.ts': "console.log('an example speaks');\n",
  'tool.config.ts': 'export default {};\n',
};

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023'],
    types: [],
    module: 'nodenext',
    strict: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ['packages/*/src', 'packages/*/test', 'examples/*/src', '*.config.ts'],
};

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'diagnostics' in value && Array.isArray(value.diagnostics);
}

/** What the repository's own rules find in these files, as `path  rule`. */
async function lint(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  using workspace = writeFiles({
    ...files,
    '.oxlintrc.json': readFileSync(join(REPOSITORY, '.oxlintrc.json'), 'utf8'),
    'tsconfig.json': JSON.stringify(TSCONFIG),
  });
  const { output } = await runTool(workspace.root, 'oxlint', ['--quiet', '--format', 'json']);
  const report: unknown = JSON.parse(output);
  if (!isReport(report)) throw new Error(`oxlint gave no report: ${output}`);
  return report.diagnostics.map(({ code, filename }) => `${filename.replaceAll('\\', '/')}  ${code}`);
}

describe('the lint rules of the repository', () => {
  let found: readonly string[] = [];

  beforeAll(async () => {
    const planted = Object.fromEntries(PLANTED.map(({ path, text }) => [path, text]));
    found = await lint({ ...CLEAN, ...planted });
  });

  it.each(PLANTED)('find $rule in $path', ({ rule, path }) => {
    expect(found).toContain(`${path}  ${rule}`);
  });

  it('find nothing else in a planted file', () => {
    const expected = PLANTED.map(({ rule, path }) => `${path}  ${rule}`);
    const ofPlanted = found.filter((one) => PLANTED.some(({ path }) => one.startsWith(`${path}  `)));
    expect([...new Set(ofPlanted)].toSorted()).toEqual(expected.toSorted());
  });

  it.each(Object.keys(CLEAN).filter((path) => !path.includes('/circle-')))('find nothing in %s', (path) => {
    expect(found.filter((one) => one.startsWith(`${path}  `))).toEqual([]);
  });
});
