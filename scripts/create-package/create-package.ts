import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { packageFiles, packageKinds } from './package-files.ts';
import { type PackageNames, nameProblem, namesOf } from './package-name.ts';

/** What was made: the folder, and all files that were written or changed. */
export interface CreatedPackage {
  readonly folder: string;
  readonly files: readonly string[];
}

/** Why no package was made, and what to do. */
export class CreateProblem extends Error {}

/**
 * Makes a package in the repository at `root`, and lists it where packages are listed. Nothing is written when there is a problem.
 * @throws CreateProblem
 */
export function createPackage(root: string, kind: string, name: string): CreatedPackage {
  const kinds = packageKinds();
  if (!kinds.includes(kind)) throw new CreateProblem(`There is no package of the kind "${kind}". There are: ${kinds.join(', ')}.`);
  const problem = nameProblem(kind, name);
  if (problem !== undefined) throw new CreateProblem(problem);
  const folder = `packages/${kind}-${name}`;
  if (existsSync(join(root, folder))) throw new CreateProblem(`${folder} is there already. Choose another name, or remove it.`);
  const names = namesOf(name);
  const files = new Map([...packageFiles(kind, names)].map(([path, text]) => [`${folder}/${path}`, text]));
  files.set('tsconfig.build.json', withReference(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'), kind, folder));
  files.set('README.md', withRow(readFileSync(join(root, 'README.md'), 'utf8'), kind, folder, names));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { folder, files: [...files.keys()] };
}

/** After the last package of its kind: what is built later may need it. */
function withReference(text: string, kind: string, folder: string): string {
  return afterLast(text, new RegExp(`^ *\\{ "path": "packages/${kind}-.*\\n`, 'gm'), `    { "path": "${folder}/tsconfig.build.json" },\n`);
}

function withRow(text: string, kind: string, folder: string, { title }: PackageNames): string {
  const row = `| [\`@waybill/${folder.replace('packages/', '')}\`](${folder}) | ${title}: not finished |\n`;
  return afterLast(text, new RegExp(`^\\| \\[\`@waybill/${kind}-.*\\n`, 'gm'), row);
}

function afterLast(text: string, pattern: RegExp, line: string): string {
  const last = Array.from(text.matchAll(pattern)).at(-1);
  if (last === undefined) throw new CreateProblem(`The place for this line was not found; add it by hand and try again: ${line.trim()}`);
  const end = last.index + last[0].length;
  return text.slice(0, end) + line + text.slice(end);
}
