import type { LeaseOptions, RelayIdentity } from '@waybill/core/persistence';

/** Of how many parts an outbox is made. */
export const SLOTS = 64;

/** Which relay has which slots of one scope, and until when it takes part. */
export class SlotTable {
  readonly #owners: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #takesPartUntil = new Map<string, number>();

  /** Takes part or renews, and gives the relay its share of what is free. Returns how many slots it has. */
  lease({ relay, leaseMs, mayShrink }: Pick<LeaseOptions, 'relay' | 'leaseMs' | 'mayShrink'>, at: number): number {
    for (const [other, until] of this.#takesPartUntil) if (other !== relay && until <= at) this.leave(other);
    this.#takesPartUntil.set(relay, at + leaseMs);
    const share = Math.ceil(SLOTS / this.#takesPartUntil.size);
    const own = this.#slotsOf(relay);
    if (mayShrink) for (const slot of own.splice(share)) this.#owners[slot] = undefined;
    const taken = this.#slotsOf(undefined).slice(0, Math.max(0, share - own.length));
    for (const slot of taken) this.#owners[slot] = relay;
    return own.length + taken.length;
  }

  leave(relay: string): void {
    this.#takesPartUntil.delete(relay);
    for (const slot of this.#slotsOf(relay)) this.#owners[slot] = undefined;
  }

  isOwn({ relay }: Pick<RelayIdentity, 'relay'>, slot: number): boolean {
    return this.#owners[slot] === relay;
  }

  #slotsOf(relay: string | undefined): number[] {
    return this.#owners.flatMap((owner, slot) => (owner === relay ? [slot] : []));
  }
}

/** The slot of a partition key: FNV-1a over its UTF-16 code units. */
export function slotOfKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  return hash % SLOTS;
}
