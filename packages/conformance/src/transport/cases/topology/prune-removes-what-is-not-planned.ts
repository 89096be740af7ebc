import type { Topology, TopologyPruning } from '@waybill/core/transport';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import type { TransportCase } from '../../transport-case.ts';

export const pruneRemovesWhatIsNotPlanned: TransportCase = {
  name: 'apply never removes; prune removes what its owner made, the plan does not hold and nobody uses, says so, and events stop to come',
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { topology } = bench.transport;
    const topic = `${bench.endpoint.name}.topic`;
    const [owner, other] = [harness.uniqueName(), harness.uniqueName()];
    const subscriptions = [{ topic, endpoint: bench.endpoint.name }];
    const wanted: Topology = { endpoints: [bench.endpoint], topics: [{ name: topic }], subscriptions, owner };
    const without = topology.plan({ ...wanted, subscriptions: [] });
    const applied = [wanted, otherwise(bench, harness.uniqueName(), other), otherwise(bench, harness.uniqueName(), owner)];
    for (const one of applied) await topology.apply(topology.plan(one));
    await topology.apply(without);
    await bench.sendAccepted(bench.event(topic, 'first'));
    await bench.consume(5);
    await bench.arrivedExactly(1, 'of one event, after `apply` of a plan without the subscription');
    const planned = await pruned(() => topology.prune(without, { dryRun: true }));
    if (planned === undefined) return 'refused'; // this broker does not tell what it holds
    await bench.sendAccepted(bench.event(topic, 'still'));
    await bench.arrivedExactly(2, 'of two events, after a dry run');
    const report = await topology.prune(without);
    expectThat(
      namesOf(report.removed) === namesOf(planned.removed),
      `a dry run told of ${namesOf(planned.removed)}, \`prune\` of ${namesOf(report.removed)}`,
    );
    expectThat(
      report.removed.some(({ name, settings }) => `${name} ${Object.values(settings).join(' ')}`.includes(topic)),
      `\`prune\` did not tell that it removed the subscription: ${namesOf(report.removed)}`,
    );
    await bench.sendAccepted(bench.event(topic, 'second'), bench.entry('command'));
    await bench.arrivedExactly(3, 'of an event without a subscription and a command');
    expectThat(bench.texts()[2] === 'command', 'an event was delivered whose subscription was removed');
    await expectOnly(bench, applied);
    const nothing = await topology.prune(without);
    expectThat(nothing.removed.length === 0, `a second \`prune\` removed ${namesOf(nothing.removed)}`);
    await keepsWhatIsUsed(harness, bench, without);
    await bench.close();
    return 'proven';
  },
};

/** An endpoint beside that of the bench. */
function otherwise({ endpoint }: Bench, name: string, owner: string): Topology {
  const endpoints = [{ ...endpoint, name, deadLetter: `${name}.dead-letter`, skipped: `${name}.skipped` }];
  return { endpoints, topics: [], subscriptions: [], owner };
}

/** Of those applied, the last is gone, and nothing of the other owner's. */
async function expectOnly({ transport }: Bench, [, theirs, ours]: readonly Topology[]): Promise<void> {
  const { topology } = transport;
  const left = await topology.compare(topology.plan(theirs as Topology));
  expectThat(left.length === 0, `\`prune\` removed what another bus had made: ${left[0]?.entity.name}`);
  const gone = await topology.compare(topology.plan({ ...(ours as Topology), addition: true }));
  expectThat(gone.length > 0, '`prune` left an endpoint that the plan does not hold');
}

/** An endpoint with a message stays, and with it its message. */
async function keepsWhatIsUsed(
  harness: CaseHarness,
  bench: Bench,
  without: ReturnType<Bench['transport']['topology']['plan']>,
): Promise<void> {
  const { topology } = bench.transport;
  const name = harness.uniqueName();
  await topology.apply(topology.plan(otherwise(bench, name, without.owner as string)));
  await bench.sendAccepted(bench.entry('waits', { destination: { kind: 'endpoint', name } }));
  let report: TopologyPruning = { removed: [], kept: [] };
  await harness.until('an endpoint with a message to be kept', async () => {
    report = await topology.prune(without, { dryRun: true });
    return report.kept.length > 0; // a broker may count its messages later
  });
  report = await topology.prune(without);
  expectThat(
    report.kept.some(({ entity, reason }) => entity.name === name && reason !== ''),
    `\`prune\` did not say that it kept an endpoint with a message, and why: ${report.kept.map(({ entity }) => entity.name).join(', ')}`,
  );
  const other = await Bench.open(harness, { name, on: bench });
  await other.consume(1);
  await other.arrivedExactly(1, 'at an endpoint that `prune` has kept');
}

async function pruned(prune: () => Promise<TopologyPruning>): Promise<TopologyPruning | undefined> {
  try {
    return await prune();
  } catch (error) {
    if (isBusError(error, 'CAPABILITY_NOT_SUPPORTED')) return undefined;
    throw error;
  }
}

const namesOf = (entities: readonly { readonly name: string }[]): string =>
  entities
    .map(({ name }) => name)
    .toSorted()
    .join(', ');
