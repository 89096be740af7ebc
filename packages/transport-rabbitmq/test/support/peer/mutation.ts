import type { PeerLink } from './peer-link.ts';

type Kind = 'flip' | 'drop' | 'duplicate' | 'truncate' | 'insert';

const KINDS: readonly Kind[] = ['flip', 'flip', 'drop', 'duplicate', 'truncate', 'insert'];
/** The most bytes that are dropped, said twice, or put in. */
const MOST_BYTES = 40;
/** The last word of a handshake, `connection.open-ok`, as it begins. What comes in one piece with it the client itself cannot bear. */
const OPEN_OK = Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 10, 0, 41]);

/** One thing that is broken in what a peer says, chosen by a seed: where, what, how much. */
export class Mutation {
  readonly text: string;
  isDone = false;
  readonly #kind: Kind;
  readonly #connection: number;
  readonly #length: number;
  readonly #bit: number;
  /** Counts down to the byte that is meant. */
  #left: number;
  #seen = 0;

  /** @param lengths how much is said on each connection when nothing is broken */
  constructor(seed: number, lengths: readonly number[]) {
    const random = randomOf(seed);
    const pick = (count: number): number => Math.floor(random() * count);
    this.#kind = KINDS[pick(KINDS.length)] as Kind;
    this.#connection = pick(lengths.length);
    this.#left = pick(lengths[this.#connection] ?? 0);
    this.#length = 1 + pick(MOST_BYTES);
    this.#bit = pick(8);
    this.text = `seed ${seed}: ${this.#kind} of ${this.#length} at ${this.#left} of connection ${this.#connection}, bit ${this.#bit}`;
  }

  /** Breaks what is said on that connection, if it is the one. */
  listen(link: PeerLink): void {
    if (this.#seen++ !== this.#connection) return;
    link.through((bytes, write) => {
      const at = this.#left;
      this.#left -= bytes.length;
      const isHere = !this.isDone && at >= 0 && at < bytes.length;
      if (isHere) this.isDone = true;
      write(isHere ? this.#broken(bytes, at) : bytes);
      if (isHere && this.#kind === 'truncate') link.end();
    });
  }

  #broken(bytes: Buffer, at: number): Buffer {
    const before = bytes.subarray(0, at);
    const meant = bytes.subarray(at, at + this.#length);
    const after = bytes.subarray(at + this.#length);
    if (this.#kind === 'truncate') return before;
    if (this.#kind === 'drop') return Buffer.concat([before, after]);
    if (this.#kind === 'flip' || bytes.subarray(0, OPEN_OK.length).equals(OPEN_OK)) return this.#flipped(bytes, at);
    const put = this.#kind === 'duplicate' ? meant : Buffer.alloc(this.#length, this.#bit * 32);
    return Buffer.concat([before, put, meant, after]);
  }

  #flipped(bytes: Buffer, at: number): Buffer {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << this.#bit), at);
    return changed;
  }
}

/** Park and Miller; the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = (seed * 7_919) % 2_147_483_647;
  for (let round = 0; round < 3; round += 1) state = (state * 16_807) % 2_147_483_647;
  return () => ((state = (state * 16_807) % 2_147_483_647) - 1) / 2_147_483_646;
}
