const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Random bytes from a pool: one call of the random source serves many ids. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void;

const RANDOM_BYTES_PER_ID = 10;
const IDS_PER_POOL = 128;

/**
 * Makes a generator of UUIDs of version 7 (RFC 9562, 5.7): 48 bits of time, then random bits.
 * Ids made within one millisecond are not ordered among themselves.
 *
 * @param now  the wall clock in milliseconds
 * @param fill fills an array with random bytes
 */
export function uuidV7(now: () => number, fill: FillRandom): () => string {
  const pool = new Uint8Array(RANDOM_BYTES_PER_ID * IDS_PER_POOL);
  let used = pool.length;
  let stampedAt = -1;
  let stamp = '';
  const hex = (index: number): string => HEX[pool[index] as number] as string;
  return () => {
    if (used === pool.length) {
      fill(pool);
      used = 0;
    }
    const time = Math.trunc(now());
    if (time !== stampedAt) {
      const digits = time.toString(16).padStart(12, '0');
      stamp = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
      stampedAt = time;
    }
    const at = used;
    used += RANDOM_BYTES_PER_ID;
    const version = HEX[0x70 | ((pool[at] as number) & 0x0f)] as string;
    const variant = HEX[0x80 | ((pool[at + 2] as number) & 0x3f)] as string;
    const tail = hex(at + 4) + hex(at + 5) + hex(at + 6) + hex(at + 7) + hex(at + 8) + hex(at + 9);
    return `${stamp}${version}${hex(at + 1)}-${variant}${hex(at + 3)}-${tail}`;
  };
}
