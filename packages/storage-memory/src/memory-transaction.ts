/**
 * A transaction of a memory store, and the place of the business data that it changes.
 * What it writes is seen by itself at once and by all others after the commit.
 */
export interface MemoryTransaction {
  /** A table of that name; it is there without being made. The tables of Waybill are not among them. */
  table<Value>(name: string): MemoryTable<Value>;
}

/**
 * Rows by their key, in one transaction. Values are copied as by `structuredClone`, on their way in and out. After the end of
 * the transaction every method rejects with StoreError `NO_TRANSACTION`, after a failed one with what made that fail.
 */
export interface MemoryTable<Value> {
  get(key: string): Promise<Value | undefined>;
  /**
   * Writes a row. It waits while another transaction that has not ended has written the same row.
   * @throws StoreError `TRANSACTION_CONFLICT` when both wait for each other, or where isolation is stricter than READ COMMITTED and
   * the row has changed since this transaction began to read
   */
  set(key: string, value: Value): Promise<void>;
  /** Removes a row, with the waiting and the conflicts of `set`; no error when there is none. */
  delete(key: string): Promise<void>;
  /** All rows, in no particular order. */
  entries(): Promise<readonly (readonly [key: string, value: Value])[]>;
}
