import { type Books, type ProcessLife, strikes, type Visit } from '../history/books.ts';
import { slotOf } from '../history/fact.ts';
import { type Percentiles, percentilesOf } from './percentiles.ts';

/** How long it takes until things go on. */
export interface RecoveryTimes {
  /** From the kill of a consumer until another handler began with a message that it was handling; for each such message. */
  readonly redelivered: Percentiles;
  /** From the moment from which nothing came through until the bus said that its connection is lost; for each such fault. */
  readonly noticed: Percentiles;
  /** From the moment from which the broker takes connections again until a handler began with a message. */
  readonly firstMessage: Percentiles;
  /** The same, until the bus said that it is connected; for each process that had lost its connection. */
  readonly reconnected: Percentiles;
  /** From the moment from which the database takes connections again until a handler began with a message. */
  readonly databaseBack: Percentiles;
  /** From the kill of a process that relays until all that was committed before had left; for each kill after which something had to, while no server was broken. */
  readonly relayed: Percentiles;
}

export function recoveryTimes(books: Books): RecoveryTimes {
  return {
    redelivered: percentilesOf(redelivered(books)),
    noticed: percentilesOf(noticed(books)),
    firstMessage: percentilesOf(firstMessages(books, 'broker')),
    reconnected: percentilesOf(reconnected(books)),
    databaseBack: percentilesOf(firstMessages(books, 'database')),
    relayed: percentilesOf(relayedByOthers(books)),
  };
}

function redelivered({ messages, processes }: Books): readonly number[] {
  const times: number[] = [];
  for (const { visits } of messages.values()) {
    for (const visit of visits) {
      const killedAt = visit.end === undefined ? killOf(processes.get(visit.by)) : undefined;
      const next = killedAt === undefined ? undefined : nextOf(visits, visit);
      if (killedAt !== undefined && next !== undefined) times.push(Math.max(0, next.from - killedAt));
    }
  }
  return times;
}

function killOf(life: ProcessLife | undefined): number | undefined {
  return life?.ended?.how === 'killed' ? life.ended.t : undefined;
}

function nextOf(visits: readonly Visit[], { at, by, from }: Visit): Visit | undefined {
  return visits.filter((other) => other.at === at && other.by !== by && other.from > from).toSorted((a, b) => a.from - b.from)[0];
}

/** Only of processes that were connected when it began, and lived until they noticed it. */
function noticed({ faults, processes }: Books): readonly number[] {
  const silences = faults.filter(({ fault, hit }) => fault === 'black-hole' && hit);
  return silences.flatMap((fault) =>
    Array.from(processes.values())
      .filter(({ name }) => fault.on.includes(slotOf(name)) && strikes(fault, name))
      .flatMap(({ connection }) => {
        const before = connection.findLast(({ t }) => t <= fault.from)?.status;
        const lost = connection.find(({ t, status }) => t > fault.from && status === 'reconnecting');
        return before === 'connected' && lost !== undefined && lost.t <= fault.until ? [lost.t - fault.from] : [];
      }),
  );
}

function firstMessages({ backs, messages }: Books, server: 'broker' | 'database'): readonly number[] {
  const begun = Array.from(messages.values())
    .flatMap(({ visits }) => visits.map(({ from }) => from))
    .toSorted((a, b) => a - b);
  return backs.flatMap(({ t, of }) => {
    const first = of === server ? begun.find((from) => from >= t) : undefined;
    return first === undefined ? [] : [first - t];
  });
}

/** Only of processes that lived before, and until they were connected. */
function reconnected({ backs, processes }: Books): readonly number[] {
  const broker = backs.filter(({ of }) => of === 'broker').map(({ t }) => t);
  return broker.flatMap((back) =>
    Array.from(processes.values()).flatMap(({ connection }) => {
      const before = connection.findLast(({ t }) => t < back)?.status;
      const next = connection.find(({ t, status }) => t >= back && status === 'connected');
      return before === 'reconnecting' && next !== undefined ? [next.t - back] : [];
    }),
  );
}

/** What the killed one had to send cannot be told from what others had: the last of all that was committed before the kill ends the wait. */
function relayedByOthers({ messages, faults, processes }: Books): readonly number[] {
  const sent = Array.from(messages.values())
    .filter(({ sends, relayed }) => relayed.length > 0 && sends[0]?.as === 'accepted')
    .map(({ sends, relayed }) => ({ committed: sends[0]?.until ?? 0, left: Math.min(...relayed.map(({ t }) => t)) }));
  const isQuiet = (from: number, until: number): boolean =>
    !faults.some((one) => one.on.length === 0 && one.from <= until && one.until >= from);
  return Array.from(processes.values()).flatMap((life) => {
    const killed = RELAYS.test(life.name) ? killOf(life) : undefined;
    if (killed === undefined) return [];
    const late = sent.filter(({ committed, left }) => committed <= killed && left > killed).map(({ left }) => left);
    const until = Math.max(...late);
    return late.length > 0 && isQuiet(killed, until) ? [until - killed] : [];
  });
}

/** Who sends what stands in the outbox. */
const RELAYS = /^(?:relay|consumer)-/;
