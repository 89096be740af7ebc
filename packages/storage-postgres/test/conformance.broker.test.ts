import { testOnServer } from './support/conformance.ts';
import { overPg } from './support/way.ts';

await testOnServer('postgres', overPg);
