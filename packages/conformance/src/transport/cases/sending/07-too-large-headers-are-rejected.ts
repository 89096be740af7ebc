import { defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS, LOG_EVENTS, utf8Length } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const MEBIBYTE = 1_048_576;
const Fail = defineCommand<{ readonly n: number }>('conformance.fail');

export const tooLargeHeadersAreRejected: TransportCase = {
  name: 'headers over the limit are rejected as HEADERS_TOO_LARGE; a failure with an error of 1 MiB is cut to fit, not lost',
  number: 7,
  group: 'sending',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const limit = harness.capabilities.maxHeaderBytes;
    const large = { ...bench.entry('large'), headers: new Map([['x-large', 'v'.repeat(limit + 1)]]) };
    const [outcome] = await bench.transport.send([large], {});
    expectThat(
      outcome?.status === 'rejected' && outcome.code === 'HEADERS_TOO_LARGE',
      `too large headers were ${describeOutcome(outcome)}`,
    );
    await bench.sendAccepted(bench.entry('small'));
    await bench.consume(1);
    await bench.arrivedExactly(1, 'after headers that are too large and headers that are not');
    await bench.close();
    await cutsALongError(harness, limit);
    return 'proven';
  },
};

async function cutsALongError(harness: CaseHarness, limit: number): Promise<void> {
  const bench = await Bench.open(harness);
  const { name } = bench.endpoint;
  const fail = handler(Fail, () => {
    throw new Error('é'.repeat(MEBIBYTE));
  });
  const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [fail], recovery: { retries: 0 } })] });
  await bus.send(Fail, { n: 1 }, { headers: { 'x-own': 'v'.repeat(Math.floor(limit / 2)) } });
  await harness.until('a dead letter', async () => (await bench.transport.deadLetters.count(name)) === 1);
  const [letter] = await bench.deadLetters();
  const headers = letter?.message.headers ?? new Map<string, string>();
  expectThat(headers.get(HEADERS.reason) === 'failed', `the reason of the dead letter is "${headers.get(HEADERS.reason)}"`);
  expectThat(headers.get(HEADERS.error)?.startsWith('Error: éé') === true, 'the dead letter does not tell the error');
  const weight = Array.from(headers).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0);
  expectThat(weight <= limit, `the headers of the dead letter weigh ${weight} bytes, more than the ${limit} that are allowed`);
  await bus.stop();
  await bench.close();
}
