import { afterAll, beforeAll, describe, expect } from 'vitest';

import { readRequirement } from '../resolution/requirement.ts';
import type { ServerSource } from '../server-kind.ts';
import { SERVER_KINDS, type ServerName } from '../server-kinds.ts';
import type { FoundServer } from '../server-pool.ts';
import { askDesk, runServers } from './run-servers.ts';

/** A space on a real server, which the tests of one `describeServer` have to themselves. */
export interface ServerSpace {
  /** Such as `3.10.8`. Known from the beginning. */
  readonly version: string;
  readonly source: ServerSource;
  /** With credentials. There is one in hooks and tests, and none before. */
  readonly url: string;
  /** What every name must begin with: empty but where the server gave no space of its own. There is one in hooks and tests. */
  readonly prefix: string;
}

/**
 * Registers tests that run against a real server, in a space of their own: on RabbitMQ a new virtual host, removed at the end.
 * The server's version and where it came from are in the title. Where there is none the tests are shown as not run, and fail where
 * `WAYBILL_REQUIRE` names the server. To be awaited at the top of a `*.broker.test.ts` file; what
 * needs two servers stands in one inside the other, whose promise is returned.
 */
export async function describeServer(name: ServerName, tests: (server: ServerSpace) => void | Promise<void>): Promise<void> {
  const found = await askDesk<FoundServer>({ ask: 'find', server: name });
  if (!found.isFound) return describeMissing(name, found, () => tests(new Borrowed('', 'native')));
  const server = new Borrowed(found.version, found.source);
  describe(`${found.title} ${found.version} (${found.source})`, { meta: { waybillServer: name } }, async () => {
    beforeAll(() => server.open(name), SPACE_MS);
    afterAll(() => server.close(), SPACE_MS);
    await tests(server);
  });
}

/** Shows the tests as not run; fails where they must. */
export function describeMissing(
  name: ServerName,
  found: Extract<FoundServer, { readonly isFound: false }>,
  tests: () => void | Promise<void>,
): void {
  const { requires } = readRequirement(runServers().requirement, Object.keys(SERVER_KINDS));
  if (found.isBroken || requires(name)) throw new Error(found.problem);
  describe(`${found.title}: not run`, { skip: true, meta: { waybillServer: name } }, async () => {
    await tests();
  });
}

/** Some seconds for each hundred of quorum queues that are removed. */
const SPACE_MS = 130_000;

interface MadeSpace {
  readonly id: string;
  readonly url: string;
  readonly prefix: string;
}

class Borrowed implements ServerSpace {
  readonly version: string;
  readonly source: ServerSource;
  #space: MadeSpace | undefined;

  constructor(version: string, source: ServerSource) {
    this.version = version;
    this.source = source;
  }

  get url(): string {
    return this.#made().url;
  }

  get prefix(): string {
    return this.#made().prefix;
  }

  async open(name: ServerName): Promise<void> {
    this.#space = await askDesk<MadeSpace>({ ask: 'make-space', server: name, label: labelOf(expect.getState().testPath ?? '') });
  }

  async close(): Promise<void> {
    const space = this.#space;
    this.#space = undefined;
    if (space !== undefined) await askDesk({ ask: 'remove-space', id: space.id });
  }

  #made(): MadeSpace {
    if (this.#space === undefined) throw new Error('The space on the server is made before the first test. Read it in a hook or a test.');
    return this.#space;
  }
}

/** The name of the test file, as part of a name on the server. */
function labelOf(testPath: string): string {
  const file = testPath.split(/[/\\]/).at(-1) ?? '';
  return file
    .replace(/\.broker\.test\.ts$/, '')
    .replaceAll(/[^a-z0-9-]/gi, '-')
    .slice(0, 40);
}
