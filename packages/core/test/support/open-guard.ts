import type { GuardedTransport, IMessageTransport, IReplyInbox } from '@waybill/core/transport';
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

export function guardOn(changes: Partial<IMessageTransport> = {}, inbox: Partial<IReplyInbox> = {}): GuardBench {
  const inner = fakeTransport(changes, inbox);
  return { runtime: manualRuntime(), inner, guard: guardTransport(inner, { publishTimeoutMs: TIMEOUT_MS }) };
}

export async function openGuard(changes: Partial<IMessageTransport> = {}, inbox: Partial<IReplyInbox> = {}): Promise<GuardBench> {
  const bench = guardOn(changes, inbox);
  await bench.guard.open({ runtime: bench.runtime, onState });
  return bench;
}
