/** Into so many parts the outbox of a scope is shared among its relays. A part of the schema: all processes must have the same. */
export const SLOTS: number = 64;

/**
 * The slot of a partition key: FNV-1a over its UTF-16 code units, the same in every process and version.
 */
export function slotOf(partitionKey: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index += 1) hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}
