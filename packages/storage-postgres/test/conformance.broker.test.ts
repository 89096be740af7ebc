import { type StoreHarness, testStore } from '@waybill/conformance';
import { describeServer } from '@waybill/servers/vitest';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { PostgresHarness } from './postgres-harness.ts';

await describeServer('postgres', (server) => {
  let harness: PostgresHarness | undefined;
  beforeAll(async () => {
    harness = await PostgresHarness.open(server.url);
  });
  afterAll(() => harness?.[Symbol.asyncDispose]());

  const opened = new Proxy({} as StoreHarness<PoolClient>, {
    get: (_nothing, name) => {
      const value: unknown = harness === undefined ? undefined : Reflect.get(harness, name, harness);
      return typeof value === 'function' ? value.bind(harness) : value;
    },
  });
  testStore('postgres', opened, { describe, it });
});
