// Runs an example: orders, or the one that is named first; `orders/worker` is another program of it. The rest are its arguments.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(import.meta.dirname);
const examples = join(root, 'examples');
const given = process.argv.slice(2).filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
const [first] = given;
const isNamed = first !== undefined && !first.startsWith('-');
const [name = '', program = 'main'] = (isNamed ? first : 'orders').split('/');

/** Node removes types, and refuses decorators: an example that has them brings a `tsconfig.demo.json`, and is compiled as any such program is. */
function compiled(example: string): string | undefined {
  const folder = join(examples, example);
  if (!existsSync(join(folder, 'tsconfig.demo.json'))) return join(folder, 'src', `${program}.ts`);
  const made = join(folder, 'dist', digestOf(folder));
  if (!existsSync(made) && !compile(folder, made)) return undefined;
  return join(made, `${program}.js`);
}

/** One folder for each state of the sources, there at once as a whole: programs that start at the same time do not read what another still writes. */
function compile(folder: string, made: string): boolean {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const draft = `${made}-${process.pid}`;
  const parameters = ['-p', join(folder, 'tsconfig.demo.json'), '--outDir', draft];
  const { status } = spawnSync(process.execPath, [tsc, ...parameters], { stdio: ['ignore', 2, 2] });
  if (status !== 0) return false;
  try {
    renameSync(draft, made);
  } catch (error) {
    if (!existsSync(made)) throw error; // else another was faster
    rmSync(draft, { recursive: true });
  }
  return true;
}

function digestOf(folder: string): string {
  const files = globSync(['tsconfig.demo.json', 'src/**/*.ts'], { cwd: folder }).toSorted();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

if (existsSync(join(examples, name, 'src', `${program}.ts`))) {
  const main = compiled(name);
  process.argv = [process.execPath, main ?? '', ...(isNamed ? given.slice(1) : given)];
  if (main === undefined) process.exitCode = 1;
  else await import(pathToFileURL(main).href);
} else {
  const known = globSync('*/src/main.ts', { cwd: examples }).map((path) => basename(dirname(dirname(path))));
  console.error(`There is no example "${isNamed ? first : name}". There are: ${known.join(', ')}.`);
  process.exitCode = 1;
}
