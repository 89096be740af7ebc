import { expect, it } from 'vitest';

import { postgresVersion } from '../../src/postgres/session.ts';
import { describeServer } from '../../src/vitest/describe-server.ts';

await describeServer('postgres', (outer) =>
  describeServer('postgres', (inner) => {
    it('a describe inside of another has both servers, each in a space of its own', async () => {
      expect(outer.url).not.toBe(inner.url);
      await expect(Promise.all([outer, inner].map(({ url }) => postgresVersion(url)))).resolves.toEqual([outer.version, inner.version]);
    });
  }),
);
