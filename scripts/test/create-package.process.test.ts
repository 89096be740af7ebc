import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkLaws } from '../check-laws.ts';
import { runTool } from '../checks/run-tool.ts';
import { createPackage } from '../create-package/create-package.ts';
import { nameProblem, namesOf } from '../create-package/package-name.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const COPIED = [
  'package.json',
  'README.md',
  'tsconfig.base.json',
  'tsconfig.build.json',
  'vitest.config.ts',
  '.oxlintrc.json',
  '.oxfmtrc.json',
];
const PACKAGES = ['core', 'conformance', 'servers', 'transport-memory'];

/** What of the repository a new transport is judged by, copied; what is installed is linked. */
function copyWorkspace(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-create-')));
  for (const file of COPIED) cpSync(join(REPOSITORY, file), join(root, file));
  for (const name of PACKAGES) cpSync(join(REPOSITORY, 'packages', name, 'package.json'), join(root, 'packages', name, 'package.json'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const config = JSON.parse(readFileSync(join(REPOSITORY, 'tsconfig.json'), 'utf8')) as object;
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ ...config, include: ['packages/transport-service-bus'] }));
  return root;
}

/** As `pnpm install` does. */
function install(root: string, folder: string): void {
  mkdirSync(join(root, folder, 'node_modules', '@waybill'), { recursive: true });
  for (const name of ['core', 'conformance'])
    symlinkSync(join(REPOSITORY, 'packages', name), join(root, folder, 'node_modules', '@waybill', name));
}

describe.concurrent('a new transport of two words', { timeout: 60_000 }, () => {
  const folder = 'packages/transport-service-bus';
  let root = '';

  beforeAll(async () => {
    root = copyWorkspace();
    const { files } = createPackage(root, 'transport', 'service-bus');
    install(root, folder);
    await runTool(
      root,
      'oxfmt',
      files.filter((path) => !path.endsWith('.md')),
    );
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const outputOf = async (command: string, ...parameters: readonly string[]): Promise<string> => {
    const { exitCode, output } = await runTool(root, command, parameters);
    return exitCode === 0 ? 'well' : output;
  };

  it('leaves no mark of the template behind', () => {
    const paths = globSync(`${folder}/{src/**/,test/**/,}*.*`, { cwd: root });
    expect(paths.length).toBeGreaterThan(15);
    for (const path of paths) expect(`${path} ${readFileSync(join(root, path), 'utf8')}`).not.toMatch(/__|\.txt|TODO/);
  });

  it('has every method of the port: it compiles', async () => {
    await expect(outputOf('tsc', '-p', 'tsconfig.json', '--singleThreaded')).resolves.toBe('well');
  });

  it('keeps the laws', () => {
    expect(checkLaws(root)).toEqual([]);
  });

  it('pleases the linter', async () => {
    await expect(outputOf('oxlint', '--quiet', `${folder}/src`, `${folder}/test`)).resolves.toBe('well');
  });

  it('has green tests, which say what is not there yet', async () => {
    // one worker, as each loads all that is imported; no cache, as this folder is never there again and what is cached for it stays
    const few = ['--maxWorkers', '1', '--fsModuleCache=false'];
    const parameters = ['run', '--project', 'unit', ...few, 'packages/transport-service-bus'];
    const { exitCode, output } = await runTool(root, 'vitest', parameters);
    expect(output).toContain('The Service Bus transport cannot `open` yet. Write packages/transport-service-bus/src/connection/.');
    expect(output).toMatch(/sending: \d+ of \d+ cases are met; the first that is not:/);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  });

  it('is built after what it needs, and stands in the README', () => {
    const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')) as {
      readonly references: readonly { readonly path: string }[];
    };
    const paths = references.map(({ path }) => path);
    expect(paths.indexOf('packages/transport-service-bus/tsconfig.build.json')).toBeGreaterThan(
      paths.indexOf('packages/core/tsconfig.build.json'),
    );
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(
      '\n| [`@waybill/transport-service-bus`](packages/transport-service-bus) | Service Bus: not finished |\n',
    );
  });

  it('is not made twice, and a refusal writes nothing', () => {
    const before = readFileSync(join(root, 'tsconfig.build.json'), 'utf8');
    expect(() => createPackage(root, 'transport', 'service-bus')).toThrow(
      'packages/transport-service-bus is there already. Choose another name',
    );
    expect(() => createPackage(root, 'transport', 'Kafka')).toThrow('"Kafka" is no name of a package');
    expect(() => createPackage(root, 'store', 'pg')).toThrow('There is no package of the kind "store". There are: transport.');
    expect(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')).toBe(before);
    expect(existsSync(join(root, 'packages/transport-Kafka'))).toBe(false);
  });
});

describe('the name of a package', () => {
  it.each([
    ['Kafka', 'Write lower-case words'],
    ['../evil', 'Write lower-case words'],
    ['a--b', 'Write lower-case words'],
    ['1st', 'Write lower-case words'],
    ['transport-kafka', 'Write "kafka"'],
    ['delete', 'a word of the language'],
    ['a'.repeat(41), 'longer than 40'],
  ])('%s is refused', (name, says) => {
    expect(nameProblem('transport', name)).toContain(says);
  });

  it('is written in four ways', () => {
    expect(nameProblem('transport', 'service-bus')).toBeUndefined();
    expect(namesOf('service-bus')).toEqual({ kebab: 'service-bus', camel: 'serviceBus', pascal: 'ServiceBus', title: 'Service Bus' });
  });
});

describe.concurrent('the command', () => {
  const create = (...parameters: readonly string[]): ReturnType<typeof runTool> =>
    runTool(REPOSITORY, 'node', ['scripts/create-package.ts', ...parameters]);

  it.each([[['--help']], [['--', '--help']]])('explains itself: %j', async (parameters) => {
    await expect(create(...parameters)).resolves.toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('pnpm create-package <kind> <name>') as string,
    });
  });

  it.each([
    [[], 'Name a kind and a name.'],
    [['transport'], 'Name a kind and a name.'],
    [['transport', 'xyz', '--force'], '"--force" is not understood.'],
    [['transport', 'memory'], 'packages/transport-memory is there already.'],
    [['queue', 'xyz'], 'There is no package of the kind "queue".'],
  ] as const)('refuses %j and says why', async (parameters, says) => {
    const { exitCode, output } = await create(...parameters);
    expect(output).toContain(says);
    expect(output).not.toContain('    at ');
    expect(exitCode).toBe(1);
  });
});
