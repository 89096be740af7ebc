// Runs an example: orders, or the one that is named first; the rest are its arguments.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = dirname(import.meta.dirname);
const examples = join(root, 'examples');
const given = process.argv.slice(2).filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
const [first] = given;
const isNamed = first !== undefined && !first.startsWith('-');
const name = isNamed ? first : 'orders';

/** Node removes types, and refuses decorators: an example that has them brings a `tsconfig.demo.json`, and is compiled as any such program is. */
function compiled(example: string): string | undefined {
  if (!existsSync(join(examples, example, 'tsconfig.demo.json'))) return join(examples, example, 'src', 'main.ts');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(examples, example, 'tsconfig.demo.json')], { stdio: ['ignore', 2, 2] });
  return status === 0 ? join(examples, example, 'dist', 'main.js') : undefined;
}

if (existsSync(join(examples, name, 'src', 'main.ts'))) {
  const main = compiled(name);
  process.argv = [process.execPath, main ?? '', ...(isNamed ? given.slice(1) : given)];
  if (main === undefined) process.exitCode = 1;
  else await import(pathToFileURL(main).href);
} else {
  const known = globSync('*/src/main.ts', { cwd: examples }).map((path) => basename(dirname(dirname(path))));
  console.error(`There is no example "${name}". There are: ${known.join(', ')}.`);
  process.exitCode = 1;
}
