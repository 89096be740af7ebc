import { testOnServer } from './support/conformance.ts';
import { overKysely } from './support/way.ts';

await testOnServer('postgres over Kysely', overKysely);
