// Transactions of Drizzle.
export { drizzle } from './mappers/drizzle-transactions.ts';
export type { DrizzleDatabase, DrizzleTransaction } from './mappers/drizzle-transactions.ts';
