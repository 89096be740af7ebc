import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Check } from './check.ts';
import { type SampleFile, runSamples } from './run-samples.ts';
import { runTool } from './run-tool.ts';
import { samplesOf } from './samples.ts';

export const docsSamples: Check = {
  name: 'docs samples',
  wayOut: 'Make the sample compile and run as it stands; a fragment that cannot is fenced as ```ts no-check.',
  run: async (root) => [...(await proveSamples(root)), ...compareReadme(root)],
};

const DOCUMENTS = ['README.md', 'packages/*/README.md', 'docs/**/*.md'];

/** Compiles every block as a module of its own, on the lines that it has in its document, and runs it where it can be run. */
async function proveSamples(root: string): Promise<readonly string[]> {
  mkdirSync(join(root, '.waybill'), { recursive: true });
  const folder = mkdtempSync(join(root, '.waybill', 'samples-'));
  try {
    const samples = writeSamples(root, folder);
    if (samples.length === 0) return [];
    const problems: string[] = [];
    for (const program of new Set(samples.map(({ path }) => dirname(path)))) {
      writeFileSync(join(program, 'tsconfig.json'), JSON.stringify({ ...SAMPLE_CONFIG, extends: join(root, 'tsconfig.base.json') }));
      const { exitCode, output } = await runTool(program, 'tsc', []);
      if (exitCode !== 0) problems.push(nameDocuments(output.trim(), samples));
    }
    return problems.length === 0 ? await runSamples(samples) : problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeSamples(root: string, folder: string): readonly SampleFile[] {
  const written: SampleFile[] = [];
  mkdirSync(join(folder, AUGMENTING));
  for (const document of globSync(DOCUMENTS, { cwd: root })) {
    const samples = samplesOf(readFileSync(join(root, document), 'utf8')).filter(({ isChecked }) => isChecked);
    for (const { line, code } of samples) {
      const path = join(folder, AUGMENTS.test(code) ? AUGMENTING : '', `sample-${written.length}.ts`);
      writeFileSync(path, `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
      written.push({ path, place: `${document}:${line}`, code });
    }
  }
  return written;
}

function nameDocuments(output: string, samples: readonly SampleFile[]): string {
  return output.replaceAll(/sample-(\d+)\.ts/g, (file, index: string) => samples[Number(index)]?.place.replace(/:\d+$/, '') ?? file);
}

/** What a sample says of a module holds in its whole program, so those that do so are one of their own. */
const AUGMENTS = /^declare module /m;
const AUGMENTING = 'augmenting';

const SAMPLE_CONFIG = {
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
