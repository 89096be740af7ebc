// Makes a new package of the repository: `pnpm create-package transport xyz`.
import { dirname } from 'node:path';

import { runTool } from './checks/run-tool.ts';
import { CreateProblem, createPackage } from './create-package/create-package.ts';
import { packageKinds } from './create-package/package-files.ts';

const HELP = `Makes a new package, cut from those that are there, which compiles, keeps every law, and says what is to be written.

  pnpm create-package <kind> <name> [--files-only]

  <kind>         ${packageKinds().join(', ')}
  <name>         lower-case words joined by "-", such as service-bus: the folder is packages/<kind>-<name>
  --files-only   writes the files, and leaves to you what follows: format, install, build, API pages
  --help         prints this
`;

/** What makes the checks green: each a command of this repository. */
function followUps(files: readonly string[]): readonly (readonly [command: string, ...parameters: string[]])[] {
  const formatted = files.filter((path) => !path.endsWith('.md'));
  return [
    ['oxfmt', ...formatted],
    ['pnpm', 'install', '--no-frozen-lockfile', '--prefer-offline'],
    ['node', 'scripts/build.ts'],
    ['node', 'scripts/check-api.ts', '--update'],
  ];
}

async function create(root: string, kind: string, name: string, isFilesOnly: boolean): Promise<void> {
  const { folder, files } = createPackage(root, kind, name);
  for (const path of files) console.log(path);
  for (const [command, ...parameters] of isFilesOnly ? [] : followUps(files)) {
    const { exitCode, output } = await runTool(root, command, parameters);
    if (exitCode !== 0) throw new CreateProblem(`${folder} is written, but \`${command} ${parameters[0] ?? ''}\` failed: ${output.trim()}`);
  }
  console.log(`\n${folder} is there. Its README says what is to be written; \`npm test -- ${folder}\` says what is not met yet.`);
}

const given = process.argv.slice(2).filter((one, index) => index > 0 || one !== '--'); // pnpm hands it on
const [kind, name, ...others] = given.filter((one) => !one.startsWith('--'));
const flags = given.filter((one) => one.startsWith('--'));
const unknown = [...flags.filter((one) => one !== '--help' && one !== '--files-only'), ...others];

if (flags.includes('--help')) console.log(HELP);
else if (kind === undefined || name === undefined || unknown.length > 0) {
  console.error(`${unknown.length > 0 ? `"${unknown[0]}" is not understood.` : 'Name a kind and a name.'}\n\n${HELP}`);
  process.exitCode = 1;
} else {
  try {
    await create(dirname(import.meta.dirname), kind, name, flags.includes('--files-only'));
  } catch (error) {
    if (!(error instanceof CreateProblem)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
