import type { Bus } from '@waybill/core';
import { isBusError } from '@waybill/core';
import { seededRandom } from '@waybill/simulation';

import { type Child, textOf } from '../../children/child.ts';
import type { Fact, Fate, SendEnd } from '../../history/fact.ts';
import type { Sender } from '../load.ts';
import { ALWAYS, Happened, Move, Work } from './contracts.ts';

const WORKERS = 4;
const REPORTERS = 2;
const ACCOUNTS = 3;
/** So often one that is unknown is sent again with the same id. */
const MOST_SENDS = 4;

export function sendersOf(bus: Bus, child: Child): readonly Sender[] {
  const { name, seed } = child.options;
  const random = seededRandom(seed);
  const workers = Array.from({ length: WORKERS }, (_, index) => workSender(bus, child, `${name}-w${index}`, random));
  const reporters = Array.from({ length: REPORTERS }, (_, index) => eventSender(bus, child, `${name}-e${index}`, random));
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => moveSender(bus, child, `${name}-a${index}`));
  return [...workers, ...reporters, ...accounts];
}

/** Commands: most do well, some fail at first, and some at every attempt. */
function workSender(bus: Bus, child: Child, prefix: string, random: () => number): Sender {
  let count = 0;
  return {
    next: () => {
      const id = `${prefix}-${(count += 1)}`;
      const chance = random();
      const failures = chance < 0.01 ? ALWAYS : chance < 0.05 ? 1 + Math.floor(random() * 3) : 0;
      const message = { failures, ms: durationOf(random()) };
      const fate: Fate = failures === ALWAYS ? 'dead' : 'handled';
      return deliver(child, { kind: 'send', id, to: ['work'], fate }, MOST_SENDS, () =>
        bus.send(Work, message, { messageId: id, to: 'work' }),
      );
    },
  };
}

/** Events for two endpoints. */
function eventSender(bus: Bus, child: Child, prefix: string, random: () => number): Sender {
  let count = 0;
  return {
    next: () => {
      const id = `${prefix}-${(count += 1)}`;
      const message = { ms: durationOf(random()) };
      return deliver(child, { kind: 'send', id, to: ['mail', 'stock'], fate: 'handled' }, MOST_SENDS, () =>
        bus.publish(Happened, message, { messageId: id }),
      );
    },
  };
}

/** Commands of one account, in order. One that is unknown is not sent again: its first copy may come late. */
function moveSender(bus: Bus, child: Child, account: string): Sender {
  let n = 0;
  return {
    next: () => {
      n += 1;
      const id = `${account}-${n}`;
      const message = { account, n };
      const send: Fact = { kind: 'send', id, to: ['ledger'], fate: 'handled', key: account, n };
      return deliver(child, send, 1, () => bus.send(Move, message, { messageId: id, partitionKey: account, to: 'ledger' }));
    },
  };
}

/** Most are quick, some are slow enough to be caught by a kill. */
function durationOf(chance: number): number {
  return Math.floor(chance < 0.9 ? chance * 5 : (chance - 0.9) * 10_000);
}

/** Sends, again while the outcome is unknown, and tells what the bus said of each. What was rejected is given up: it must not come. */
async function deliver(
  { history }: Child,
  fact: Extract<Fact, { kind: 'send' }>,
  mostSends: number,
  send: () => Promise<void>,
): Promise<void> {
  for (let times = 1; times <= mostSends; times += 1) {
    const tell = (as: SendEnd, code?: string): void =>
      history.write({ kind: 'sent', id: fact.id, as, ...(code !== undefined && { code }) });
    history.write(fact);
    try {
      await send();
      return tell('accepted');
    } catch (error) {
      if (!isBusError(error)) history.write({ kind: 'trouble', what: `send: ${textOf(error)}` });
      const code = isBusError(error) ? error.code : 'none';
      if (code !== 'SEND_OUTCOME_UNKNOWN') return tell('rejected', code);
      tell('unknown', code);
    }
  }
}
