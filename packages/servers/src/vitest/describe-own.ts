import { afterAll, afterEach, beforeAll, describe } from 'vitest';

import { type OwnNodeOf, type ServerName, serverKind } from '../server-kinds.ts';
import { startOwn } from '../start-own.ts';
import { describeMissing } from './describe-server.ts';
import { askDesk, runServers } from './run-servers.ts';

/** A server of one's own for the tests of one `describeOwn`, as `startOwn` gives it. */
export interface OwnServer<Name extends ServerName> {
  /** There is one in hooks and tests, and none before. */
  readonly node: OwnNodeOf<Name>;
}

/**
 * Registers tests that run against a server of their own, which they may kill, freeze and restart. It is started once for all of them;
 * a test that ends it starts it again. What its log says of trouble is shown where a test fails. To be awaited at the top of a `*.broker.test.ts` file, or inside of another such describe.
 */
export async function describeOwn<Name extends ServerName>(
  name: Name,
  tests: (server: OwnServer<Name>) => void | Promise<void>,
): Promise<void> {
  const { title, advice, native } = serverKind(name);
  const problem = await native.problem();
  const server = new Started<Name>();
  if (problem !== undefined) {
    const missing = `No ${title} of one's own can be started: ${problem}. Install it: ${advice}.`;
    await askDesk({ ask: 'note-missing', server: name, problem: missing });
    return describeMissing(name, { isFound: false, isBroken: false, title: `own ${title}`, problem: missing }, () => tests(server));
  }
  describe(`own ${title}`, { timeout: START_MS, meta: { waybillServer: name, waybillOwn: true } }, async () => {
    beforeAll(async () => server.use(await startOwn(name, runServers().folder)), START_MS);
    afterAll(() => server.end(), START_MS);
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') process.stderr.write(`trouble of ${title}, as its log has it:\n${server.node.trouble()}\n`);
    });
    await tests(server);
  });
}

const START_MS = 150_000;

class Started<Name extends ServerName> implements OwnServer<Name> {
  #node: OwnNodeOf<Name> | undefined;

  get node(): OwnNodeOf<Name> {
    if (this.#node === undefined) throw new Error('The server is started before the first test. Read it in a hook or a test.');
    return this.#node;
  }

  use(node: OwnNodeOf<Name>): void {
    this.#node = node;
  }

  async end(): Promise<void> {
    await this.#node?.[Symbol.asyncDispose]();
  }
}
