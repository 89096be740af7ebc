import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Check } from './check.ts';
import { checkLlms } from './llms-text.ts';
import { anchorsOf, linksOf } from './markdown-links.ts';

export const docsLinks: Check = {
  name: 'docs links',
  wayOut: 'Mend the link; list a page in docs/README.md, and run `npm run api:update`, which writes llms.txt.',
  run: async (root) => [...checkLlms(root), ...checkLinks(root)],
};

const DOCUMENTS = ['*.md', 'llms.txt', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md', 'benchmarks/README.md'];

/** Links that lead nowhere, and pages that nothing leads to. */
export function checkLinks(root: string): readonly string[] {
  const documents = globSync(DOCUMENTS, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  const texts = new Map(documents.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  return [...deadLinks(root, texts), ...unlistedPages(texts)];
}

function deadLinks(root: string, texts: ReadonlyMap<string, string>): readonly string[] {
  return [...texts].flatMap(([document, text]) =>
    linksOf(text).flatMap(({ line, path, anchor }) => {
      const target = path === '' ? document : join(dirname(document), path).replaceAll('\\', '/').replace(/\/$/, '');
      if (!existsSync(join(root, target))) return [`${document}:${line}  ${path} does not exist.`];
      if (anchor === undefined || statSync(join(root, target)).isDirectory()) return [];
      const known = anchorsOf(texts.get(target) ?? readFileSync(join(root, target), 'utf8'));
      return known.has(anchor) ? [] : [`${document}:${line}  ${target} has no heading #${anchor}.`];
    }),
  );
}

/** Every page of the documentation is in `llms.txt`. */
function unlistedPages(texts: ReadonlyMap<string, string>): readonly string[] {
  const listed = new Set(linksOf(texts.get('llms.txt') ?? '').map(({ path }) => path));
  const pages = [...texts.keys()].filter((path) => path.startsWith('docs/') || path === 'README.md');
  return pages.filter((path) => !listed.has(path)).map((path) => `llms.txt does not list ${path}.`);
}
