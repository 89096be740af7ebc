import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const DELAY_MS = 3_000;

export const aDelayedMessageCanBeTakenBack: TransportCase = {
  name: 'a delayed message can be taken back by its token while it waits, once; without the capability there is no token',
  group: 'delay',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { delay } = harness.capabilities;
    const notBefore = harness.runtime.now() + DELAY_MS;
    const [first, second] = await bench.transport.send(
      [bench.entry('taken back', { notBefore }), bench.entry('delivered', { notBefore })],
      {},
    );
    expectThat(!(await bench.transport.cancel('no such token')), 'a token that nobody gave was cancelled');
    if (!delay.cancel) {
      const tokens = [first, second].filter((outcome) => outcome?.status === 'accepted' && outcome.token !== undefined);
      expectThat(tokens.length === 0, 'a token was given where nothing can be taken back');
      return 'refused';
    }
    expectThat(
      first?.status === 'accepted' && first.token !== undefined,
      `a delayed message was ${describeOutcome(first)}, without a token`,
    );
    expectThat(await bench.transport.cancel(first.token), 'it could not be taken back while it waited');
    expectThat(!(await bench.transport.cancel(first.token)), 'it was taken back twice');
    await bench.consume(5);
    await harness.pass(DELAY_MS + 2_000);
    await bench.arrivedExactly(1, 'of two, one of which was taken back');
    expectThat(bench.texts()[0] === 'delivered', `"${bench.texts()[0]}" was delivered`);
    const late = second?.status === 'accepted' ? second.token : undefined;
    expectThat(late !== undefined && !(await bench.transport.cancel(late)), 'one that was delivered was taken back');
    await bench.close();
    return 'proven';
  },
};
