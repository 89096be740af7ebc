import type { Logger } from '@waybill/core';
import { virtualRuntime } from '@waybill/simulation';
import { memory } from '@waybill/transport-memory';

import { memoryDatabase } from '../outside/memory-database.ts';
import { STORY_BEGINS } from '../story/story-clock.ts';
import type { Stage } from './stage.ts';

/** Virtual time: a wait takes none of ours. */
export function onMemory(logger: Logger): Stage<'memory'> {
  const runtime = virtualRuntime({ startsAt: STORY_BEGINS, ids: 'seeded', logger });
  return {
    transport: memory(),
    runtime,
    database: memoryDatabase(),
    observers: [],
    now: () => runtime.now(),
    pass: (milliseconds) => runtime.advance(milliseconds),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
