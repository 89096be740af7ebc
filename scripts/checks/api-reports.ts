import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { type PackageApi, extractPackage } from '../api/extract-package.ts';
import { referencePages } from '../api/reference-pages.ts';
import type { Check } from './check.ts';
import { diffLines } from './diff-lines.ts';
import { publishablePackages } from './publishable.ts';

export const apiReports: Check = {
  name: 'API reports, pages',
  wayOut: 'If the change is meant, run `npm run api:update` and commit packages/*/api and docs/reference: the diff is what users will see.',
  run: async (root) => checkApi(root),
};

/** How each approved report, and each page of the reference, differs from what the packages export now. */
export function checkApi(root: string): readonly string[] {
  const { texts, problems } = textsOf(root);
  const compared = [...texts].map(([path, text]) => compareText(root, path, text));
  return [...compared, ...strayTexts(root, texts), ...problems].filter((problem) => problem !== undefined);
}

/** Writes every report and every page of the reference anew. */
export function updateApi(root: string): void {
  const { texts } = textsOf(root);
  for (const path of present(root)) rmSync(join(root, path));
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const GENERATED = ['packages/*/api/*.api.md', 'docs/reference/api/*.md'];

function present(root: string): readonly string[] {
  return globSync(GENERATED, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
}

/** All that is made of what the packages export, by path, and what is wrong with it. */
function textsOf(root: string): { readonly texts: ReadonlyMap<string, string>; readonly problems: readonly string[] } {
  const packages = publishablePackages(root).map((one) => extractPackage(root, one));
  const reports = packages.map(({ reports: own }) => withoutKnown(own));
  const { pages, problems } = referencePages(packages satisfies readonly PackageApi[]);
  return {
    texts: new Map([...reports.flatMap((own) => [...own]), ...pages]),
    problems: [...reports.flatMap(forgottenExports), ...problems],
  };
}

function compareText(root: string, path: string, text: string): string | undefined {
  const approved = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n') : '';
  return approved === text ? undefined : `${path} differs from the exports (- approved, + now):\n${diffLines(approved, text)}`;
}

function strayTexts(root: string, texts: ReadonlyMap<string, string>): readonly string[] {
  return present(root)
    .filter((path) => !texts.has(path))
    .map((path) => `${path} belongs to no entry of a package.`);
}

const FORGOTTEN = /^ *\/\/ Warning: \(ae-forgotten-export\) The symbol "(\w+)" needs .*\n(?: *\/\/\n)?/gm;
const EXPORTED = /^export (?:declare )?(?:abstract )?(?:interface|class|type|const|let|function) (\w+)/gm;

/** A type that one entry shows and another entry of the package exports can be named by users: no warning. */
function withoutKnown(reports: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const exported = new Set([...reports.values()].flatMap((text) => [...text.matchAll(EXPORTED)].map(([, name]) => name)));
  const clean = (text: string): string => text.replace(FORGOTTEN, (line, name: string) => (exported.has(name) ? '' : line));
  return new Map([...reports].map(([path, text]) => [path, clean(text)]));
}

function forgottenExports(reports: ReadonlyMap<string, string>): readonly string[] {
  return [...reports].flatMap(([path, text]) =>
    [...text.matchAll(FORGOTTEN)].map(([, name]) => `${path} shows ${name}, which no entry exports.`),
  );
}
