/**
 * What waits to be handled: first come, first served, but of one lane only one at a time.
 * `take` marks the lane as busy; `done` frees it for the next.
 */
export class LaneQueue<Item extends { readonly lane: string | undefined }> {
  #ready: Item[] = [];
  #head = 0;
  /** Lanes with a member that is ready or being handled, and those that wait behind it. */
  readonly #lanes = new Map<string, Item[]>();
  #waiting = 0;

  get size(): number {
    return this.#ready.length - this.#head + this.#waiting;
  }

  add(item: Item): void {
    if (item.lane === undefined) {
      this.#ready.push(item);
      return;
    }
    const behind = this.#lanes.get(item.lane);
    if (behind === undefined) {
      this.#lanes.set(item.lane, []);
      this.#ready.push(item);
    } else {
      behind.push(item);
      this.#waiting += 1;
    }
  }

  /** The next that may be handled, or `undefined`. */
  take(): Item | undefined {
    const item = this.#ready[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#ready.length) {
      this.#ready = [];
      this.#head = 0;
    } else if (this.#head >= 1_024) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** True for at least one that waits. */
  some(holds: (item: Item) => boolean): boolean {
    for (let index = this.#head; index < this.#ready.length; index += 1) if (holds(this.#ready[index] as Item)) return true;
    for (const behind of this.#lanes.values()) if (behind.some(holds)) return true;
    return false;
  }

  /** To be called when a taken item was settled. */
  done(item: Item): void {
    if (item.lane === undefined) return;
    const behind = this.#lanes.get(item.lane);
    const next = behind?.shift();
    if (next === undefined) this.#lanes.delete(item.lane);
    else {
      this.#waiting -= 1;
      this.#ready.push(next);
    }
  }

  /** Takes out all that wait in a lane with a taken member, in order. */
  drainLane(lane: string): Item[] {
    const behind = this.#lanes.get(lane)?.splice(0) ?? [];
    this.#waiting -= behind.length;
    return behind;
  }

  /** Empties the queue, in order within each lane. Lanes with a taken member stay busy until its `done`. */
  drain(): Item[] {
    const items = this.#ready.slice(this.#head);
    this.#ready = [];
    this.#head = 0;
    const untaken = new Set(items.map((item) => item.lane));
    for (const [lane, behind] of this.#lanes) {
      items.push(...behind);
      if (untaken.has(lane)) this.#lanes.delete(lane);
      else this.#lanes.set(lane, []);
    }
    this.#waiting = 0;
    return items;
  }
}
