/**
 * What an application tells the compiler about itself, once, by augmentation.
 *
 * ```ts no-check
 * declare module '@waybill/core' { interface Register { transaction: PoolClient } }
 * ```
 */
export interface Register {}

/** The type of transactions: what {@link Register} says, else `unknown`. */
export type RegisteredTransaction = Register extends { readonly transaction: infer Transaction } ? Transaction : unknown;
