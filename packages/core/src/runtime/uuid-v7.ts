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
  let tails: readonly string[] = [];
  let used = 0;
  let stampedAt = -1;
  let stamp = '';
  return () => {
    if (used === tails.length) {
      fill(pool);
      tails = Array.from({ length: IDS_PER_POOL }, (_, index) => randomTail(pool, index * RANDOM_BYTES_PER_ID));
      used = 0;
    }
    const time = Math.trunc(now());
    if (time !== stampedAt) {
      const digits = time.toString(16).padStart(12, '0');
      stamp = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
      stampedAt = time;
    }
    used += 1;
    return stamp + (tails[used - 1] as string);
  };
}

/** Everything behind the time: version, variant and the random bits, from ten bytes of the pool. */
function randomTail(pool: Uint8Array, at: number): string {
  const hex = (offset: number): string => HEX[pool[at + offset] as number] as string;
  const version = HEX[0x70 | ((pool[at] as number) & 0x0f)] as string;
  const variant = HEX[0x80 | ((pool[at + 2] as number) & 0x3f)] as string;
  return [version, hex(1), '-', variant, hex(3), '-', hex(4), hex(5), hex(6), hex(7), hex(8), hex(9)].join('');
}
