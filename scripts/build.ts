import { dirname } from 'node:path';

import { buildPackages } from './build/build-packages.ts';

/** `pnpm build`: the packages as they are published. Prints what is wrong, and ends with 1 where something is. */
const problems = await buildPackages(dirname(import.meta.dirname));
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
