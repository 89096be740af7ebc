import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { diffLines } from './diff-lines.ts';

/** How `llms.txt` differs from what the lists of pages make it. */
export function checkLlms(root: string): readonly string[] {
  const path = join(root, 'llms.txt');
  const present = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : '';
  const wanted = makeLlms(root);
  return present === wanted ? [] : [`llms.txt differs from the lists of pages (- present, + wanted):\n${diffLines(present, wanted)}`];
}

export function updateLlms(root: string): void {
  writeFileSync(join(root, 'llms.txt'), makeLlms(root));
}

/** The text by the convention of llmstxt.org: title, summary, and sections of links with one line each. */
function makeLlms(root: string): string {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');
  const readme = read('README.md');
  const title = /^# (.+)$/m.exec(readme)?.[1] ?? '';
  const summary = /^# .+\n\n([\s\S]+?)\n\n/m.exec(readme)?.[1] ?? '';
  const sections = [...tablesOf(read('docs/README.md'), 'docs/'), ...tablesOf(read('docs/reference/api/README.md'), 'docs/reference/api/')];
  const decisions = globSync('docs/adr/*.md', { cwd: root })
    .toSorted()
    .map((path) => `- [${titleOf(read(path))}](${path.replaceAll('\\', '/')})`);
  const described = sections.flatMap(({ heading, links }) => [`## ${heading}`, links.join('\n')]);
  const parts = [
    `# ${title}`,
    `> ${summary.replaceAll('\n', ' ')}`,
    '## Begin',
    BEGIN,
    ...described,
    '## Optional',
    [OPTIONAL, ...decisions].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const BEGIN = [
  '- [README](README.md): what it is, a whole program, what is promised',
  '- [Documentation](docs/README.md): the list of all pages',
].join('\n');
const OPTIONAL = [
  '- [Architecture](ARCHITECTURE.md): the way of a message through the code',
  '- [Contributing](CONTRIBUTING.md): how to add an example, an option, an error, a transport',
].join('\n');

/** The tables of a list of pages: each with its first column's title, and its rows as links. */
function tablesOf(text: string, folder: string): readonly { readonly heading: string; readonly links: readonly string[] }[] {
  return Array.from(text.matchAll(/^\| (\w+) \|.*\n\|[-|]+\n((?:\|.*\n?)+)/gm), ([, heading = '', rows = '']) => ({
    heading: heading.charAt(0).toUpperCase() + heading.slice(1),
    links: Array.from(
      rows.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \| (.*) \|$/gm),
      ([, name, path, says]) => `- [${name}](${folder}${path}): ${says}`,
    ),
  }));
}

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? '';
}
