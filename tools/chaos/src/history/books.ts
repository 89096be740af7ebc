import { type Fact, type Fate, type Line, type MoneyTable, type SendEnd, slotOf } from './fact.ts';

/** One call of `send` or `publish`; one without an end is that of a process that was killed. */
export interface Send {
  readonly by: string;
  readonly from: number;
  until: number | undefined;
  as: SendEnd | undefined;
}

/** One run of a handler; one without an end is that of a process that was killed, or of a handler that still runs. */
export interface Visit {
  readonly at: string;
  readonly by: string;
  readonly from: number;
  until: number | undefined;
  end: 'handled' | 'failed' | undefined;
}

/** One of the dead letters of an endpoint. */
export interface DeadLetter {
  readonly at: string;
  readonly reason: string;
}

/** All that is known of one message. */
export interface Message {
  readonly id: string;
  to: readonly string[];
  fate: Fate;
  key: string | undefined;
  n: number | undefined;
  readonly sends: Send[];
  readonly visits: Visit[];
  /** The endpoints in whose dead letters it was found, as often as it was, and why. */
  readonly dead: DeadLetter[];
  /** When the broker took it out of an outbox, and from whom. */
  readonly relayed: { readonly by: string; readonly t: number }[];
  /** How often it came though its work was done. */
  repeats: number;
  /** How often it stands in the tables; absent: never. */
  readonly entries: Map<MoneyTable, number>;
  /** Whose money it takes, and which of the moves of that account it is. */
  move: { readonly account: string; readonly n: number } | undefined;
}

/** One process, from its first line to its end. */
export interface ProcessLife {
  readonly name: string;
  readonly memory: { readonly t: number; readonly mb: number }[];
  readonly connection: { readonly t: number; readonly status: string }[];
  readonly troubles: string[];
  /** Its bus has started. */
  isUp: boolean;
  stopMs: number | undefined;
  /** The longest that it held its event loop, of the one that tells so: the run, in which the proxies live. */
  heldMs: number;
  ended: ({ readonly t: number } & Pick<Extract<Fact, { readonly kind: 'ended' }>, 'how' | 'code' | 'signal'>) | undefined;
  isStopping: boolean;
  /** How many handlers of an endpoint run, and ran at most. */
  readonly running: Map<string, { now: number; most: number }>;
  /** Handlers that began after `stop()` was called. */
  begunAfterStop: number;
}

/** A fault that was asked for. */
export type StruckFault = Omit<Extract<Fact, { readonly kind: 'fault' }>, 'kind'>;

/** What is told of money alone. */
type MoneyLine = Extract<Line, { readonly kind: 'relayed' | 'repeated' | 'entry' | 'balance' | 'claims' }>;

const MONEY: ReadonlySet<string> = new Set<MoneyLine['kind']>(['relayed', 'repeated', 'entry', 'balance', 'claims']);

const isOfMoney = (line: Line): line is MoneyLine => MONEY.has(line.kind);

/** What the lines of a history come to. The order of the files does not matter, that of the lines within one does. */
export class Books {
  readonly messages = new Map<string, Message>();
  readonly processes = new Map<string, ProcessLife>();
  readonly faults: StruckFault[] = [];
  /** When a server could be reached again. */
  readonly backs: { readonly t: number; readonly of: 'broker' | 'database' }[] = [];
  readonly balances: Extract<Line, { readonly kind: 'balance' }>[] = [];
  claims = 0;
  readonly left: { readonly queue: string; readonly messages: number }[] = [];
  /** The slowest send, in milliseconds. */
  slowestSendMs = 0;
  /** How many sends ended with which code. */
  readonly codes = new Map<string, number>();

  addAll(lines: Iterable<Line>): this {
    for (const line of lines) this.add(line);
    return this;
  }

  add(line: Line): void {
    if (isOfMoney(line)) this.#addMoney(line);
    else this.#addToAny(line);
  }

  #addToAny(line: Exclude<Line, MoneyLine>): void {
    switch (line.kind) {
      case 'send':
      case 'sent':
        this.#addSend(line);
        break;
      case 'begun':
      case 'handled':
      case 'failed':
        this.#addVisit(line);
        break;
      case 'dead':
        this.#message(line.id).dead.push(line);
        break;
      case 'fault':
        this.faults.push(line);
        break;
      case 'back':
        this.backs.push(line);
        break;
      case 'left':
        this.left.push(line);
        break;
      default:
        this.#addToLife(line);
    }
  }

  #message(id: string): Message {
    let message = this.messages.get(id);
    if (message === undefined) {
      message = {
        id,
        to: [],
        fate: 'handled',
        key: undefined,
        n: undefined,
        sends: [],
        visits: [],
        dead: [],
        relayed: [],
        repeats: 0,
        entries: new Map(),
        move: undefined,
      };
      this.messages.set(id, message);
    }
    return message;
  }

  life(name: string): ProcessLife {
    let life = this.processes.get(name);
    if (life === undefined) {
      life = {
        name,
        memory: [],
        connection: [],
        troubles: [],
        isUp: false,
        stopMs: undefined,
        heldMs: 0,
        ended: undefined,
        isStopping: false,
        running: new Map(),
        begunAfterStop: 0,
      };
      this.processes.set(name, life);
    }
    return life;
  }

  #addSend(line: Extract<Line, { readonly kind: 'send' | 'sent' }>): void {
    const message = this.#message(line.id);
    if (line.kind === 'send') {
      message.sends.push({ by: line.by, from: line.t, until: undefined, as: undefined });
      message.to = line.to;
      message.fate = line.fate;
      message.key = line.key;
      message.n = line.n;
      return;
    }
    const send = message.sends.findLast(({ by, as }) => by === line.by && as === undefined);
    if (send === undefined) throw new Error(`The history tells how ${line.id} was sent by ${line.by}, and not that it was sent.`);
    send.until = line.t;
    send.as = line.as;
    if (line.code !== undefined) this.codes.set(line.code, (this.codes.get(line.code) ?? 0) + 1);
    this.slowestSendMs = Math.max(this.slowestSendMs, line.t - send.from);
  }

  #addVisit(line: Extract<Line, { readonly kind: 'begun' | 'handled' | 'failed' }>): void {
    const { visits } = this.#message(line.id);
    const life = this.life(line.by);
    const running = life.running.get(line.at) ?? { now: 0, most: 0 };
    life.running.set(line.at, running);
    if (line.kind === 'begun') {
      visits.push({ at: line.at, by: line.by, from: line.t, until: undefined, end: undefined });
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      if (life.isStopping) life.begunAfterStop += 1;
      return;
    }
    const visit = visits.find(({ at, by, end }) => at === line.at && by === line.by && end === undefined);
    if (visit === undefined) throw new Error(`The history tells how a handler of ${line.id} ended at ${line.by}, and not that it began.`);
    visit.until = line.t;
    visit.end = line.kind;
    running.now -= 1;
  }

  #addMoney(line: MoneyLine): void {
    if (line.kind === 'balance') this.balances.push(line);
    else if (line.kind === 'claims') this.claims += line.count;
    else if (line.kind === 'relayed') this.#message(line.id).relayed.push(line);
    else if (line.kind === 'repeated') this.#message(line.id).repeats += 1;
    else this.#addEntry(line);
  }

  #addEntry({ id, table, count, account, move }: Extract<Line, { readonly kind: 'entry' }>): void {
    const message = this.#message(id);
    message.entries.set(table, count);
    if (account !== undefined && move !== undefined) message.move = { account, n: move };
  }

  #addToLife(line: Line): void {
    const life = this.life(line.kind === 'ended' ? line.who : line.by);
    if (line.kind === 'memory') life.memory.push(line);
    else if (line.kind === 'connection') life.connection.push(line);
    else if (line.kind === 'held') life.heldMs = Math.max(life.heldMs, line.ms);
    else if (line.kind === 'trouble') life.troubles.push(line.what);
    else if (line.kind === 'up') life.isUp = true;
    else if (line.kind === 'stopping') life.isStopping = true;
    else if (line.kind === 'stopped') life.stopMs = line.ms;
    else if (line.kind === 'ended') life.ended = line;
  }
}

/** What its senders were told of a message; `undefined` where nobody sent it. One that was accepted once is accepted. */
export function endOf({ sends }: Message): SendEnd | undefined {
  if (sends.length === 0) return undefined;
  if (sends.some(({ as }) => as === 'accepted')) return 'accepted';
  return sends.every(({ as }) => as === 'rejected') ? 'rejected' : 'unknown';
}

/** The runs of handlers at an endpoint that did their work, in the order of their ends. */
export function handledAt({ visits }: Message, endpoint: string): readonly Visit[] {
  return visits.filter(({ at, end }) => at === endpoint && end === 'handled').toSorted((a, b) => (a.until as number) - (b.until as number));
}

/** Whether a fault struck the process. */
export function strikes({ on, hit }: StruckFault, by: string): boolean {
  return hit && (on.length === 0 || on.includes(slotOf(by)));
}
