import { testOnServer } from './support/conformance.ts';
import { overDrizzle } from './support/way.ts';

await testOnServer('postgres over Drizzle', overDrizzle);
