import type { ServerKind } from '../server-kind.ts';
import { textOf } from '../text-of.ts';
import { spacesOf } from './databases.ts';
import { findBinaries } from './find-binaries.ts';
import { serverUser } from './other-user.ts';
import { PostgresNode } from './postgres-node.ts';
import { postgresVersion } from './session.ts';

export const postgres: ServerKind<PostgresNode> = {
  name: 'postgres',
  title: 'PostgreSQL',
  standardUrl: 'postgres://postgres@127.0.0.1:5432/postgres',
  advice: 'apt-get install postgresql',
  probe: postgresVersion,
  spacesOf,
  image: {
    name: 'postgres:17',
    port: 5432,
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    urlAt: (host, port) => `postgres://postgres@${host}:${port}/postgres`,
  },
  native: {
    problem: async () => {
      if (findBinaries() === undefined) return 'postgresql is not installed';
      try {
        serverUser();
        return undefined;
      } catch (error) {
        return textOf(error);
      }
    },
    start: (folder) => PostgresNode.start(folder),
  },
};
