import { describe } from 'vitest';
import { overlay } from '@waybill/conformance';
import type { TransportMessage } from '@waybill/core/transport';
import { testMutants } from '../support/mutant.ts';

const COMES = 'a request leaves by the inbox, and a reply to its address comes to that process alone, once, bytes and headers as they were';
const listeners = new Set<(reply: TransportMessage) => void>();

describe('the reply cases catch', () => {
  testMutants([
    {
      does: 'tells all processes of each reply',
      caughtBy: COMES,
      breaks: (transport) => ({
        replies: (onReply) => {
          listeners.add(onReply);
          return transport.replies((reply) => {
            for (const listener of listeners) listener(reply);
          });
        },
      }),
    },
    {
      does: 'hands each reply over twice',
      caughtBy: COMES,
      breaks: (transport) => ({
        replies: (onReply) =>
          transport.replies((reply) => {
            onReply(reply);
            onReply(reply);
          }),
      }),
    },
    {
      does: 'gives all processes one address',
      caughtBy: COMES,
      breaks: (transport) => ({ replies: async (onReply) => overlay(await transport.replies(onReply), { address: 'memory-reply:1' }) }),
    },
    {
      does: 'takes any text for a reply address',
      caughtBy:
        'a reply address that is none of the transport is refused by its form: nobody makes a service write to a place of their choice',
      breaks: () => ({ isReplyAddress: () => true }),
    },
    {
      does: 'refuses a batch in which one reply goes to nobody',
      caughtBy: 'a reply to an inbox that was closed is dropped: nobody hears it, nothing is kept, and the entry beside it is accepted',
      breaks: (transport) => ({
        send: (entries, options) =>
          entries.some(({ destination }) => destination.kind === 'reply')
            ? entries.map(() => ({ status: 'rejected', code: 'UNROUTABLE', retryable: false }))
            : transport.send(entries, options),
      }),
    },
    {
      does: 'leaves requests without a reply in doubt: replies go nowhere',
      caughtBy: 'a reply after its request timed out is dropped and counted, and later requests find their own replies',
      breaks: (transport) => ({ replies: () => transport.replies(() => undefined) }),
    },
  ]);
});
