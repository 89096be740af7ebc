import type { BackgroundDatabase } from '../database.ts';

/** What {@link AddedNotices} works with. */
export interface NoticeParts {
  readonly background: BackgroundDatabase;
  readonly channel: string;
  /** False: nobody is told, and no connection listens. */
  readonly isOn: boolean;
}

const ANNOUNCE = 'select pg_notify($1::text, scope)::text as told from json_array_elements_text($2::json) as scope';

/** Tells by NOTIFY that rows of a scope were committed, over one connection for all scopes that somebody listens for. */
export class AddedNotices {
  readonly #parts: NoticeParts;
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Scopes that the other processes have not been told of. */
  readonly #unannounced = new Set<string>();
  #isAnnouncing = false;
  #isOpen = false;
  #end: (() => void) | undefined;

  constructor(parts: NoticeParts) {
    this.#parts = parts;
  }

  /** The expression of SQL that tells, when the transaction commits, that there is something new in a scope. */
  notify(scope: string): string {
    return this.#parts.isOn
      ? `pg_notify('${this.#parts.channel}', ${scope}::text)::text as told`
      : `null::text as told, ${scope}::text as scope`;
  }

  /** Tells, after their commit, that there is something new in these scopes: by one statement for all that are committed meanwhile. */
  announce(scopes: Iterable<string>): void {
    if (!this.#parts.isOn) return;
    for (const scope of scopes) this.#unannounced.add(scope);
    if (!this.#isAnnouncing) void this.#announceAll();
  }

  /** What fails is found by looking: a notice is a hint. */
  async #announceAll(): Promise<void> {
    const { background, channel } = this.#parts;
    this.#isAnnouncing = true;
    while (this.#unannounced.size > 0) {
      const scopes = JSON.stringify([...this.#unannounced]);
      this.#unannounced.clear();
      await background.query(ANNOUNCE, [channel, scopes], 'waybill_announce').catch(() => undefined);
    }
    this.#isAnnouncing = false;
  }

  on(scope: string, listener: () => void): () => void {
    const own = (): void => listener(); // the same listener may be given twice
    const listeners = this.#listeners.get(scope) ?? new Set();
    this.#listeners.set(scope, listeners.add(own));
    this.#listenOrNot();
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(scope) === listeners) this.#listeners.delete(scope);
      this.#listenOrNot();
    };
  }

  open(): void {
    this.#isOpen = true;
    this.#listenOrNot();
  }

  close(): void {
    this.#isOpen = false;
    this.#listenOrNot();
  }

  #listenOrNot(): void {
    const isNeeded = this.#isOpen && this.#parts.isOn && this.#listeners.size > 0;
    if (isNeeded) {
      this.#end ??= this.#listen();
      return;
    }
    this.#end?.();
    this.#end = undefined;
  }

  #listen(): () => void {
    const { background, channel } = this.#parts;
    return background.listen(channel, {
      onNotification: (scope) => this.#tell(scope),
      onListening: () => [...this.#listeners.keys()].forEach((scope) => this.#tell(scope)),
    });
  }

  #tell(scope: string): void {
    for (const listener of this.#listeners.get(scope) ?? []) listener();
  }
}
