import { dirname } from 'node:path';

import { checkApiReports, updateApiReports } from './checks/api-reports.ts';

const root = dirname(import.meta.dirname);
if (process.argv.includes('--update')) updateApiReports(root);
const problems = checkApiReports(root);
if (problems.length > 0) console.error(problems.join('\n'));
process.exitCode = problems.length === 0 ? 0 : 1;
