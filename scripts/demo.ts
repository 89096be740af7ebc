// Runs an example: getting-started, or the one that is named.
import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const examples = join(dirname(import.meta.dirname), 'examples');
const [name = 'getting-started'] = process.argv.slice(2);
const main = join(examples, name, 'src', 'main.ts');
if (existsSync(main)) await import(pathToFileURL(main).href);
else {
  const known = globSync('*/src/main.ts', { cwd: examples }).map((path) => basename(dirname(dirname(path))));
  console.error(`There is no example "${name}". There are: ${known.join(', ')}.`);
  process.exitCode = 1;
}
