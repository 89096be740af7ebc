import 'reflect-metadata'; // inversify wants it first

import { HELP, readOptions, type Options } from './options.ts';

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 2;
}

if (options?.help === true) console.log(HELP);
else if (options !== undefined) {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  try {
    const { run } = await import('./run.ts'); // who asks for help, or is wrong about an option, waits for no bus
    const nothingLost = await run({ ...options, print: console.log, coloured, signal: ended.signal });
    process.exitCode = nothingLost ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error); // such as: there is no broker
    process.exitCode = 1;
  }
}
