import type { Bus } from '@waybill/core';
import { isBusError } from '@waybill/core';
import { seededRandom } from '@waybill/simulation';

import { type Child, storeOf } from '../../children/child.ts';
import type { Fact, Fate } from '../../history/fact.ts';
import type { Sender } from '../load.ts';
import { ACCOUNTS, debit } from './accounts.ts';
import { ALWAYS, Credit } from './contracts.ts';
import { byHand, byStore, ChangeOfMind, type TransactionEnd } from './end-transaction.ts';

const SENDERS = 8;

/** What is to become of a transfer. */
interface Plan {
  readonly from: string;
  readonly command: Credit;
  /** Nobody can handle it. */
  readonly isPoison: boolean;
  /** It is rolled back when all is written. */
  readonly isRolledBack: boolean;
  /** Its transaction is the store's, else one of its own. */
  readonly isByStore: boolean;
  /** The command is sent once more with the same id when it has been sent: straight to the broker, or by a transaction that does nothing else. */
  readonly again: 'broker' | 'outbox' | undefined;
}

/** Transfers of money: the debit and the command to credit it are one transaction. */
export function transferSenders(bus: Bus, child: Child): readonly Sender[] {
  const { name, seed } = child.options;
  const random = seededRandom(seed);
  return Array.from({ length: SENDERS }, (_, index) => {
    let count = 0;
    return { next: () => transfer(bus, child, `${name}-t${index}-${(count += 1)}`, planOf(random)) };
  });
}

function planOf(random: () => number): Plan {
  const account = (): string => ACCOUNTS[Math.floor(random() * ACCOUNTS.length)] as string;
  const [from, to, fate, again, isByStore, duration, amount] = [account(), account(), random(), random(), random(), random(), random()];
  const isPoison = fate < 0.01;
  const failures = isPoison ? ALWAYS : fate < 0.06 ? 1 : 0;
  return {
    from,
    command: { to, amount: isPoison ? 0 : 1 + Math.floor(amount * 100), failures, ms: durationOf(duration) },
    isPoison,
    isRolledBack: fate > 0.9,
    isByStore: isByStore < 0.5,
    again: again < 0.03 ? 'broker' : again < 0.06 ? 'outbox' : undefined,
  };
}

/** Most are quick, some are slow enough to be caught by a kill. */
function durationOf(chance: number): number {
  return Math.floor(chance < 0.9 ? chance * 5 : (chance - 0.9) * 5_000);
}

async function transfer(bus: Bus, child: Child, id: string, plan: Plan): Promise<void> {
  const connected = storeOf(child);
  const { from, command, isRolledBack, isByStore, again } = plan;
  const inTransaction = isByStore ? byStore : byHand;
  const send = (destination: Pick<Bus, 'send'>): Promise<void> =>
    destination.send(Credit, command, { messageId: id, to: 'accounts', partitionKey: from });
  const end = await told(child, id, plan, () =>
    inTransaction(connected, async (client) => {
      await debit(client, id, from, command.amount);
      await bus.transaction(client, (context) => send(context));
      if (isRolledBack) throw new ChangeOfMind();
    }),
  );
  if (end.as !== 'accepted' || again === undefined) return;
  const byOutbox = (): Promise<TransactionEnd> => inTransaction(connected, (client) => bus.transaction(client, (context) => send(context)));
  await told(child, id, plan, again === 'outbox' ? byOutbox : () => byBroker(() => send(bus)));
}

/** Tells that it begins, and how it ended. */
async function told({ history }: Child, id: string, plan: Plan, run: () => Promise<TransactionEnd>): Promise<TransactionEnd> {
  const fate: Fate = plan.isPoison ? 'dead' : 'handled';
  const fact: Fact = { kind: 'send', id, to: ['accounts'], fate };
  history.write(fact);
  const end = await run();
  history.write({ kind: 'sent', id, ...end });
  return end;
}

async function byBroker(send: () => Promise<void>): Promise<TransactionEnd> {
  try {
    await send();
    return { as: 'accepted' };
  } catch (error) {
    const code = isBusError(error) ? error.code : 'none';
    return { as: code === 'SEND_OUTCOME_UNKNOWN' ? 'unknown' : 'rejected', code };
  }
}
