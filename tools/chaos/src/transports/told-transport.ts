import { HEADERS, type IMessageTransport, type SendOutcome, type TransportEntry } from '@waybill/core/transport';

import type { HistoryWriter } from '../history/history-writer.ts';

/** What the bus itself says of a dead letter. */
const FAULTS = 'waybill.faults';

/** Tells in the history what the broker has taken of the load. */
export function toldTransport(transport: IMessageTransport, history: HistoryWriter): IMessageTransport {
  const tell = (entries: readonly TransportEntry[], outcomes: readonly SendOutcome[]): readonly SendOutcome[] => {
    for (const [index, { status }] of outcomes.entries()) {
      const entry = entries[index];
      const id = entry?.headers.get(HEADERS.id);
      if (status === 'accepted' && id !== undefined && !isFault(entry)) history.write({ kind: 'relayed', id });
    }
    return outcomes;
  };
  const send: IMessageTransport['send'] = async (entries, options) => tell(entries, await transport.send(entries, options));
  return new Proxy(transport, {
    get: (target, name) => {
      if (name === 'send') return send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const isFault = (entry: TransportEntry | undefined): boolean => entry?.destination.kind === 'topic' && entry.destination.name === FAULTS;
