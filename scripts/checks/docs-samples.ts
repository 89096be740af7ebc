import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';
import { samplesOf } from './samples.ts';

export const docsSamples: Check = {
  name: 'docs samples',
  wayOut: 'Make the sample compile as it stands; a fragment that cannot is fenced as ```ts no-check.',
  run: async (root) => [...(await typecheckSamples(root)), ...compareReadme(root)],
};

const DOCUMENTS = ['README.md', 'packages/*/README.md', 'docs/**/*.md'];

/** Compiles every block as a module of its own, on the lines that it has in its document. */
async function typecheckSamples(root: string): Promise<readonly string[]> {
  mkdirSync(join(root, '.waybill'), { recursive: true });
  const folder = mkdtempSync(join(root, '.waybill', 'samples-'));
  try {
    const documents = writeSamples(root, folder);
    if (documents.size === 0) return [];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(SAMPLE_CONFIG));
    const { exitCode, output } = await runTool(folder, 'tsc', []);
    return exitCode === 0 ? [] : [nameDocuments(output.trim(), documents)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeSamples(root: string, folder: string): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const document of globSync(DOCUMENTS, { cwd: root })) {
    const samples = samplesOf(readFileSync(join(root, document), 'utf8')).filter(({ isChecked }) => isChecked);
    for (const { line, code } of samples) {
      const file = `sample-${documents.size}.ts`;
      writeFileSync(join(folder, file), `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
      documents.set(file, document);
    }
  }
  return documents;
}

function nameDocuments(output: string, documents: ReadonlyMap<string, string>): string {
  return output.replaceAll(/sample-\d+\.ts/g, (file) => documents.get(file) ?? file);
}

const SAMPLE_CONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { noEmit: true, customConditions: ['@waybill/source'], noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts'],
};

const FIRST_EXAMPLE = 'examples/getting-started/src/main.ts';

/** The first sample of the README is the first example, letter by letter. */
function compareReadme(root: string): readonly string[] {
  if (!existsSync(join(root, FIRST_EXAMPLE)) || !existsSync(join(root, 'README.md'))) return [];
  const [sample] = samplesOf(readFileSync(join(root, 'README.md'), 'utf8'));
  const source = readFileSync(join(root, FIRST_EXAMPLE), 'utf8').replaceAll('\r\n', '\n');
  const region = /^\/\/ #region readme\n(.*?)^\/\/ #endregion/ms.exec(source)?.[1] ?? source;
  if (sample?.code.trim() === region.trim()) return [];
  return [`README.md:${sample?.line ?? 1}  The first sample is not the text of ${FIRST_EXAMPLE}. Copy it from there.`];
}
