import { createBus, silentLogger } from '@waybill/core';

import type { Options } from './options.ts';
import { Outside, shop } from './shop.ts';
import { Ledger } from './story/ledger.ts';
import { narrator } from './story/narrator.ts';
import { play, sumUp } from './story/play.ts';
import { sequenceDiagram } from './story/sequence-diagram.ts';
import { Teller } from './story/teller.ts';
import { stageFor } from './transport.ts';

/** Plays the story once. `true` when nothing was lost. */
export async function run({ transport, verbose, mermaid }: Options, print: (line: string) => void, coloured: boolean): Promise<boolean> {
  const outside = new Outside();
  const ledger = new Ledger();
  const teller = new Teller({ write: mermaid ? () => undefined : print, now: () => stage.runtime.now(), coloured });
  const stage = stageFor(transport, verbose ? teller.logger() : silentLogger); // the narrator tells the same, in plain English

  const told = narrator(teller);
  const bus = createBus({
    ...shop(outside),
    transport: stage.transport,
    runtime: stage.runtime,
    middleware: [told.middleware],
    observers: [told.onEvent, ledger.onEvent],
    sendMiddleware: [ledger.onSend],
  });
  teller.say('A shop sells mugs. Its services talk by messages: orders, warehouse, payments, mail, and somebody on call.');
  await bus.start();
  await play({ bus, outside, stage, teller, ledger });
  await bus.stop();

  if (mermaid) print(sequenceDiagram(ledger.happenings));
  return sumUp({ bus, outside, stage, teller, ledger });
}
