// PostgreSQL inside this process.
export { pglite } from './pglite/pglite-store.ts';
export type { PgliteDatabase, PgliteOptions, PgliteTransaction } from './pglite/pglite-store.ts';
