// Transactions of Kysely.
export { kysely } from './mappers/kysely-transactions.ts';
export type { KyselyDatabase, KyselyTransaction, KyselyTransactionBuilder, RawQuery } from './mappers/kysely-transactions.ts';
