import type { GuardOptions, GuardedTransport, IMessageTransport, IReplyInbox } from '@waybill/core/transport';
import { guardTransport } from '@waybill/core/transport';
import type { FakeTransport } from './fake-transport.ts';
import { fakeTransport } from './fake-transport.ts';
import type { ManualRuntime } from './manual-runtime.ts';
import { manualRuntime } from './manual-runtime.ts';

export const TIMEOUT_MS = 1_000;
export const onState = (): void => undefined;

/** A guard around a fake adapter, on a clock that stands still. */
export interface GuardBench {
  readonly runtime: ManualRuntime;
  readonly inner: FakeTransport;
  readonly guard: GuardedTransport;
}

export function guardOn(
  changes: Partial<IMessageTransport> = {},
  inbox: Partial<IReplyInbox> = {},
  options: Partial<GuardOptions> = {},
): GuardBench {
  const inner = fakeTransport(changes, inbox);
  return { runtime: manualRuntime(), inner, guard: guardTransport(inner, { publishTimeoutMs: TIMEOUT_MS, ...options }) };
}

export async function openGuard(
  changes: Partial<IMessageTransport> = {},
  inbox: Partial<IReplyInbox> = {},
  options: Partial<GuardOptions> = {},
): Promise<GuardBench> {
  const bench = guardOn(changes, inbox, options);
  await bench.guard.open({ runtime: bench.runtime, onState });
  return bench;
}
