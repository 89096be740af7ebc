import { LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../runner.ts';
import { Bench } from './bench.ts';
import type { CaseHarness } from './case-harness.ts';
import type { PlayedPart } from './case-process.ts';

/** Longer than a broker waits for a process that is silent, with the short heartbeat of such a harness. */
const HELD_MS = 8_000;

/**
 * A process with messages in its hands is silent for so long that the broker gives them to another, and comes back: it settles nothing of
 * the other, reports each loss once, has no error, and goes on.
 */
export async function goneForAWhile(harness: CaseHarness, how: 'frozen' | 'computing', messages: number): Promise<void> {
  const bench = await Bench.open(harness);
  const gone = harness.startProcess({ play: 'take', endpoint: bench.endpoint.name, prefetch: messages, holds: true });
  await gone.hasSaid('ready');
  await bench.send(...Array.from({ length: messages }, (_, n) => `message ${n}`));
  await gone.hasSaid('took', messages);
  if (how === 'frozen') gone.freeze();
  else gone.order({ order: 'compute', ms: HELD_MS });
  const receiver = await bench.receive(messages);
  await bench.arrivals(messages);
  if (how === 'frozen') gone.thaw();
  const isBack = (): boolean =>
    gone.said('state').some(({ status }) => status === 'reconnecting') && gone.said('state').at(-1)?.status === 'connected';
  await harness.until('the process that was silent, with a new connection', isBack);
  gone.order({ order: 'settle' }); // where settlements have no answer, it could not know before
  await gone.hasSaid('settled', messages);
  const late = gone.said('settled').map(({ result }) => result);
  expectThat(
    late.every((result) => result === 'lost'),
    `after the broker had given them to another, acks gave ${late.join()}`,
  );
  const own = await Promise.all(bench.arrived.map(async (delivery) => delivery.ack()));
  expectThat(
    own.every((result) => result === 'settled'),
    `the late acks touched what another process held: ${own.join()}`,
  );
  await receiver.pause();
  await goesOn(harness, bench, gone, messages);
  await bench.arrivedExactly(messages, 'of messages that two processes had');
  expectThat(!bench.states.some(({ status }) => status !== 'connected'), 'the other process lost its connection');
  await bench.close();
}

async function goesOn(harness: CaseHarness, bench: Bench, gone: PlayedPart, messages: number): Promise<void> {
  await bench.sendAccepted(bench.entry('after'));
  await harness.until('a message after it', () =>
    gone.said('settled').some(({ text, result }) => text === 'after' && result === 'settled'),
  );
  gone.order({ order: 'stop' });
  await gone.hasSaid('stopped');
  const { exitCode } = await gone.ended;
  const logged = gone.said('logged').map(({ level, event }) => `${level} ${event}`);
  const reports = logged.filter((line) => line === `warn ${LOG_EVENTS.settleLost}`).length;
  expectThat(reports === messages, `${messages} lost settlements were reported ${reports} times`);
  expectThat(logged.length === reports, `it also logged ${logged.join(', ')}`);
  expectThat(exitCode === 0 && gone.errors === '', `it ended with ${exitCode}: ${gone.errors}`);
  const twice = gone.said('took').filter(({ text }, at, all) => all.findIndex((one) => one.text === text) < at);
  expectThat(twice.length === 0, `it was given again what the other held: ${twice.map(({ text }) => text).join()}`);
}
