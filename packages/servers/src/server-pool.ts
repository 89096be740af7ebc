import { redactUrl } from './redact-url.ts';
import type { Machine } from './resolution/machine.ts';
import { type Resolution, resolveServer } from './resolution/resolve-server.ts';
import type { ServerKind, ServerSource, Space, SpaceMaker } from './server-kind.ts';
import { textOf } from './text-of.ts';

/** What a run knows of a server; it goes to the workers that ask for it. */
export type FoundServer =
  | {
      readonly isFound: true;
      readonly title: string;
      readonly version: string;
      readonly source: ServerSource;
      readonly address: string;
      readonly way: string;
    }
  | { readonly isFound: false; readonly title: string; readonly problem: string; readonly isBroken: boolean };

/** The servers of one run: each is found once, when it is first asked for; everything made on them is removed at the end. */
export class ServerPool {
  readonly #machine: Machine;
  readonly #kindOf: (name: string) => ServerKind;
  readonly #found = new Map<string, Promise<Entry>>();
  readonly #spaces = new Map<string, Space>();
  readonly #run: string;

  /** `run` is in the names of all spaces, so that two runs on one server do not meet. */
  constructor(machine: Machine, kindOf: (name: string) => ServerKind, run: string) {
    this.#machine = machine;
    this.#kindOf = kindOf;
    this.#run = run;
  }

  async find(name: string): Promise<FoundServer> {
    return describe(await this.#entry(name));
  }

  /** Those that were asked for. */
  async findings(): Promise<ReadonlyMap<string, FoundServer>> {
    const entries = [...this.#found].map(async ([name, entry]) => [name, describe(await entry)] as const);
    return new Map(await Promise.all(entries));
  }

  /** A new space on the server; `label` shows in its name what it is for. */
  async makeSpace(name: string, label: string): Promise<{ readonly id: string } & Pick<Space, 'url' | 'prefix'>> {
    const { resolution, spaces } = await this.#entry(name);
    if (!resolution.isFound || spaces === undefined) throw new Error(resolution.isFound ? 'No spaces.' : resolution.problem);
    const id = `waybill-${this.#run}-${this.#spaces.size + 1}-${label}`;
    const made = spaces.make(id);
    this.#spaces.set(id, { url: '', prefix: '', remove: async () => (await made).remove() });
    const { url, prefix } = await made;
    return { id, url, prefix };
  }

  async removeSpace(id: string): Promise<void> {
    const space = this.#spaces.get(id);
    this.#spaces.set(id, REMOVED);
    await space?.remove();
  }

  /** Removes every space that is left, and ends every server that this run started. @returns what could not be removed */
  async close(): Promise<readonly string[]> {
    const problems: string[] = [];
    const attempt = (what: string, done: Promise<void>): Promise<void> =>
      done.catch((error) => void problems.push(`${what}: ${textOf(error)}`));
    await Promise.all([...this.#spaces].map(([id, space]) => attempt(id, space.remove())));
    this.#spaces.clear();
    const entries = await Promise.allSettled(this.#found.values());
    const servers = entries.flatMap((one) =>
      one.status === 'fulfilled' && one.value.resolution.isFound ? [one.value.resolution.server] : [],
    );
    await Promise.all(servers.map((server) => attempt(server.kind.title, server.stop())));
    return problems;
  }

  #entry(name: string): Promise<Entry> {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const entry = this.#resolve(name);
    this.#found.set(name, entry);
    return entry;
  }

  async #resolve(name: string): Promise<Entry> {
    const kind = this.#kindOf(name);
    const resolution = await resolveServer(kind, this.#machine);
    return { kind, resolution, spaces: resolution.isFound ? await kind.spacesOf(resolution.server) : undefined };
  }
}

const REMOVED: Space = { url: '', prefix: '', remove: async () => {} };

interface Entry {
  readonly kind: ServerKind;
  readonly resolution: Resolution;
  readonly spaces: SpaceMaker | undefined;
}

function describe({ kind: { title }, resolution, spaces }: Entry): FoundServer {
  if (!resolution.isFound) return { title, ...resolution };
  const { source, version, url } = resolution.server;
  return { isFound: true, title, version, source, address: redactUrl(url), way: spaces?.way ?? 'none' };
}
