import { dirname } from 'node:path';

import { checkApi, updateApi } from './checks/api-reports.ts';
import { updateLlms } from './checks/llms-text.ts';

const root = dirname(import.meta.dirname);
if (process.argv.includes('--update')) {
  updateApi(root);
  updateLlms(root);
}
const problems = checkApi(root);
if (problems.length > 0) console.error(problems.join('\n'));
process.exitCode = problems.length === 0 ? 0 : 1;
