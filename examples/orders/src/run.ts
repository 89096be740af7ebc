import { createBus, silentLogger } from '@waybill/core';

import type { Options } from './options.ts';
import { Outside, shop } from './shop.ts';
import { openStage } from './stage/open-stage.ts';
import { Ledger, subscribersOf } from './story/ledger.ts';
import { narrator } from './story/narrator.ts';
import { play, sumUp } from './story/play.ts';
import { sequenceDiagram } from './story/sequence-diagram.ts';
import { Teller } from './story/teller.ts';

export interface RunOptions extends Options {
  readonly print: (line: string) => void;
  readonly coloured: boolean;
  /** Ends the story before its end. */
  readonly signal: AbortSignal;
}

/** Plays the story once. `true` when nothing was lost, `false` also where it was ended before. */
export async function run({ verbose, mermaid, print, coloured, signal, ...options }: RunOptions): Promise<boolean> {
  const ledger = new Ledger();
  const teller = new Teller({ write: mermaid ? () => undefined : print, now: () => stage.now(), coloured });
  const logger = verbose ? teller.logger() : silentLogger; // the narrator tells the same, in plain English
  await using stage = await openStage(options, logger, ledger);
  const outside = new Outside({ database: stage.database });

  const told = narrator(teller, subscribersOf);
  const bus = createBus({
    ...shop(outside, stage),
    transport: stage.transport,
    runtime: stage.runtime,
    ...(stage.namespace === undefined ? {} : { namespace: stage.namespace }),
    middleware: [told.middleware],
    observers: [...stage.observers, told.onEvent, ledger.onEvent],
    sendMiddleware: [ledger.onSend],
  });
  const cast = { bus, outside, stage, teller, ledger };
  teller.say('A shop sells mugs. Its services talk by messages: orders, warehouse, payments, mail, and somebody on call.');
  try {
    await bus.start();
    await Promise.race([play(cast), abortOf(signal)]);
  } finally {
    await bus.stop();
  }
  if (signal.aborted) return false;

  if (mermaid) print(sequenceDiagram(ledger.happenings));
  return sumUp(cast);
}

const abortOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
