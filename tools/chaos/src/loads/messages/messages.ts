import type { Load } from '../load.ts';
import { CONCURRENCY, Done, Happened } from './contracts.ts';
import { Handlers } from './handlers.ts';
import { sendersOf } from './senders.ts';

/** Commands, events and lanes, without a store: nothing that was accepted is lost, and what comes twice is explained by a fault. */
export const messagesLoad: Load = {
  concurrency: CONCURRENCY,
  producer: () => ({ publishes: [Happened] }),
  consumer: ({ history }) => {
    const handlers = new Handlers(history);
    return { endpoints: handlers.endpoints(), observers: [handlers.observer], publishes: [Done] };
  },
  senders: sendersOf,
};
