import { describe, expect, it } from 'vitest';
import type { ITransportDelivery, MaybePromise, SettleResult } from '@waybill/core/transport';
import { SettleOnceDelivery } from '../../src/transport/settle-once.ts';
import { fakeDelivery } from '../support/fake-transport.ts';
import { gate, outcomeOf } from '../support/waiting.ts';

type Verb = 'ack' | 'release' | 'redeliver' | 'deadLetter';
const VERBS: readonly Verb[] = ['ack', 'release', 'redeliver', 'deadLetter'];
const CALLS: Readonly<Record<Verb, (delivery: ITransportDelivery) => MaybePromise<SettleResult>>> = {
  ack: (delivery) => delivery.ack(),
  release: (delivery) => delivery.release(),
  redeliver: (delivery) => delivery.redeliver({ delayMs: 1, headers: new Map() }),
  deadLetter: (delivery) => delivery.deadLetter({ headers: new Map() }),
};

function guarded(changes: Partial<ITransportDelivery> = {}, watch: { isOver?: boolean } = {}) {
  const inner = fakeDelivery(changes);
  const results: SettleResult[] = [];
  const watching = { isOver: false, onSettled: (result: SettleResult) => void results.push(result), ...watch };
  return { inner, results, watching, delivery: new SettleOnceDelivery(inner, watching) };
}

describe.each(VERBS)('%s', (verb) => {
  it('takes effect once: again it is the same answer, another verb is refused', () => {
    const { inner, results, delivery } = guarded();
    expect([CALLS[verb](delivery), CALLS[verb](delivery)]).toEqual(['settled', 'settled']);
    for (const other of VERBS.filter((one) => one !== verb))
      expect(() => CALLS[other](delivery)).toThrow(
        expect.objectContaining({ code: 'ALREADY_SETTLED', details: { nativeId: 'native-1', first: verb, second: other } }),
      );
    expect(inner.verbs).toEqual([verb]);
    expect(results).toEqual(['settled']);
  });

  it('is refused to others while it is on its way; who asks for the same waits for the same answer', async () => {
    const answer = gate<SettleResult>();
    let calls = 0;
    const { results, delivery } = guarded({
      [verb]: () => {
        calls += 1;
        return answer.promise;
      },
    });
    const both = [CALLS[verb](delivery), CALLS[verb](delivery)];
    for (const other of VERBS.filter((one) => one !== verb))
      expect(() => CALLS[other](delivery)).toThrow(expect.objectContaining({ code: 'ALREADY_SETTLED' }));
    answer.resolve('settled');
    expect([await both[0], await both[1]]).toEqual(['settled', 'settled']);
    expect([calls, results]).toEqual([1, ['settled']]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('channel closed'))],
    [
      'throws',
      () => {
        throw new Error('channel closed');
      },
    ],
  ])('took no effect when it %s: any verb may follow', async (_, failing) => {
    for (const next of VERBS) {
      let calls = 0;
      const { results, delivery } = guarded({ [verb]: () => (calls++ === 0 ? failing() : 'settled') });
      expect(await outcomeOf((async () => CALLS[verb](delivery))())).toMatchObject({ message: 'channel closed' });
      expect(await CALLS[next](delivery)).toBe('settled');
      expect(results).toEqual(['settled']);
    }
  });

  it('touches nothing once the delivery is lost, or the transport closed', () => {
    for (const { inner, results, delivery } of [guarded({ lost: AbortSignal.abort(), isLost: true }), guarded({}, { isOver: true })]) {
      expect([CALLS[verb](delivery), CALLS[verb](delivery)]).toEqual(['lost', 'lost']);
      expect([inner.verbs, results]).toEqual([[], ['lost']]);
    }
  });

  it('passes on what it was given', () => {
    const given: unknown[] = [];
    const { delivery } = guarded({
      [verb]: (options: unknown) => {
        given.push(options);
        return 'settled';
      },
    });
    void CALLS[verb](delivery);
    expect(given).toEqual([
      { ack: undefined, release: undefined, redeliver: { delayMs: 1, headers: new Map() }, deadLetter: { headers: new Map() } }[verb],
    ]);
  });
});

describe('a delivery', () => {
  it('shows what the adapter shows', () => {
    const { inner, delivery } = guarded({ attempt: 3, lane: 'a', nativeId: 'n' });
    const facts = ({ message, nativeId, attempt, lane, lost }: ITransportDelivery) => ({ message, nativeId, attempt, lane, lost });
    expect(facts(delivery)).toEqual(facts(inner));
  });

  it('is settled although the one who is told throws', () => {
    const { inner, watching, delivery } = guarded();
    watching.onSettled = () => {
      throw new Error('the logger is broken');
    };
    expect(() => delivery.ack()).toThrow('the logger is broken');
    expect(() => delivery.release()).toThrow(expect.objectContaining({ code: 'ALREADY_SETTLED' }));
    expect(delivery.ack()).toBe('settled');
    expect(inner.verbs).toEqual(['ack']);
  });
});
