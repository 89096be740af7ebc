import { type StoreHarness, testStore, type Verdict } from '@waybill/conformance';
import { describeServer } from '@waybill/servers/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresHarness } from '../postgres-harness.ts';
import type { AnyWay } from './way.ts';

/** Runs the suite on a harness that is opened before it. Each case must be proven, but for those whose other verdict is declared here. */
export function testConformance(
  name: string,
  open: () => Promise<StoreHarness & AsyncDisposable>,
  declared: Readonly<Record<number, Verdict>> = {},
): void {
  let harness: (StoreHarness & AsyncDisposable) | undefined;
  beforeAll(async () => {
    harness = await open();
  });
  afterAll(() => harness?.[Symbol.asyncDispose]());

  const opened = new Proxy({} as StoreHarness, {
    get: (_nothing, member) => {
      const value: unknown = harness === undefined ? undefined : Reflect.get(harness, member, harness);
      return typeof value === 'function' ? value.bind(harness) : value;
    },
  });
  testStore(name, opened, { describe, it }, (verdict, { number }) => expect(verdict).toBe(declared[number] ?? 'proven'));
}

/** Runs the suite against PostgreSQL, in one way of its handlers. */
export const testOnServer = (name: string, way: AnyWay): Promise<void> =>
  describeServer('postgres', (server) => testConformance(name, () => PostgresHarness.open(server.url, way)));
