import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, Event } from '@waybill/core';
import {
  createBus,
  defineCommand,
  defineEvent,
  defineQuery,
  describeBus,
  endpoint,
  forContract,
  handler,
  isBusError,
  route,
} from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { codeOf, gate, outcomeOf, overlay } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Other: Command<Work> = defineCommand('jobs.other');
const Charge: Command<Work> = defineCommand('billing.charge');
const Done: Event<Work> = defineEvent('jobs.done');
const Price = defineQuery<Work, number>('prices.price');
const work = handler(Work, () => undefined);

function problemsOf(options: unknown): readonly string[] {
  try {
    createBus(options as BusOptions);
  } catch (error) {
    if (isBusError(error, 'CONFIGURATION_INVALID')) return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
}

describe('the report of `createBus`', () => {
  it('tells several faults together, each with its fix', () => {
    const problems = problemsOf({
      transport: memory(),
      endpoints: [
        endpoint('jobs', { handlers: [work], concurency: 3 } as never),
        endpoint('more', { handlers: [work], transport: { transport: 'other' } as never }),
      ],
      sends: [Other, Done],
    });
    expect(problems).toEqual([
      '`concurency` is no option of the endpoint "jobs". Did you mean `concurrency`?',
      'The command "jobs.work" has two handlers at the endpoints "jobs" and "more". It must have one.',
      '`sends` holds the event "jobs.done". List it in `publishes`; `sends` is for commands and queries.',
      expect.stringMatching(
        /^The command "jobs\.other" in `sends` goes to the endpoint "jobs" of this bus, which has no handler for it\. List one there/,
      ),
      expect.stringMatching(/^`transport` of the endpoint "more" was made by the transport "other"; this bus has "memory"\. Make it with/),
    ]);
  });

  it('has nothing against what is handled, routed elsewhere, or sent to others', () => {
    const options = { transport: memory(), endpoints: [endpoint('jobs', { handlers: [work] })] };
    expect(problemsOf({ ...options, sends: [Work, Other, Charge, Price], routes: [route(Other, 'others')] })).toEqual([]);
    expect(problemsOf({ ...options, sends: ['x'] })).toEqual([expect.stringMatching(/^`sends` holds "x"/)]);
  });
});

describe('`sends`', () => {
  const started = async (options: Partial<BusOptions>) => {
    const runtime = manualRuntime();
    const bus = createBus({ transport: memory(), runtime, ...options } as BusOptions);
    return { bus, runtime, lost: () => runtime.logged.filter(({ event }) => event === 'destination.missing') };
  };

  it('with `validate` a destination that does not exist refuses the start, and one that exists does not', async () => {
    const broker = memoryBroker();
    const { bus } = await started({ transport: memory({ broker }), provisioning: 'validate', sends: [Work, Charge] });
    const error = await outcomeOf(bus.start());
    expect(error).toMatchObject({ code: 'TOPOLOGY_DIFFERS', details: { differences: [] } });
    expect(String(error)).toMatch(/"jobs\.work" goes to the endpoint "jobs", which does not exist\. Start the service that owns it/);
    const owner = createBus({
      transport: memory({ broker }),
      endpoints: [endpoint('jobs', { handlers: [] }), endpoint('billing', { handlers: [] })],
    });
    await owner.start();
    await bus.start();
    expect(broker.endpoints().toSorted()).toEqual(['billing', 'billing.skipped', 'jobs', 'jobs.skipped']);
    await Promise.all([bus.stop(), owner.stop()]);
  });

  it('with `apply` it is told and no reason not to start; with `assume` nobody asks', async () => {
    const { bus, lost } = await started({ sends: [Charge] });
    await bus.start();
    expect(lost()).toEqual([
      expect.objectContaining({
        level: 'warn',
        problem: expect.stringContaining('"billing.charge" goes to the endpoint "billing"') as string,
      }),
    ]);
    await bus.stop();
    const assuming = await started({ sends: [Charge], provisioning: 'assume' });
    await assuming.bus.start();
    expect(assuming.lost()).toEqual([]);
    await assuming.bus.stop();
  });

  it.each(['validate', 'assume'] as const)('what is not in the list is refused, unless the bus handles it (%s)', async (provisioning) => {
    const broker = memoryBroker();
    const endpoints = [endpoint('jobs', { handlers: [work] })];
    const owner = createBus({ transport: memory({ broker }), endpoints: [...endpoints, endpoint('billing', { handlers: [] })] });
    await owner.start();
    const { bus } = await started({
      transport: memory({ broker }),
      endpoints,
      provisioning,
      sends: [Price],
      routes: [route(Price, 'billing')],
    });
    await bus.start();
    expect(await codeOf(bus.send(Charge, { n: 1 }))).toBe('CONTRACT_NOT_DECLARED');
    expect(await codeOf(bus.send(Charge, { n: 1 }, { to: 'billing' }))).toBe('CONTRACT_NOT_DECLARED');
    expect(await codeOf(bus.send(Work, { n: 1 }))).toBe('none');
    await Promise.all([bus.stop(), owner.stop()]);
  });

  it('without the list, and with `apply`, anything may be sent', async () => {
    const broker = memoryBroker();
    const owner = createBus({ transport: memory({ broker }), endpoints: [endpoint('billing', { handlers: [] })] });
    await owner.start();
    for (const options of [{ provisioning: 'assume' }, { provisioning: 'apply', sends: [Price] }] as const) {
      const { bus } = await started({ transport: memory({ broker }), ...options });
      await bus.start();
      expect(await codeOf(bus.send(Charge, { n: 1 }))).toBe('none');
      await bus.stop();
    }
    await owner.stop();
  });
});

describe('bus.validate', () => {
  const impossible = (broker = memoryBroker({ like: 'sqs' })) =>
    createBus({
      transport: memory({ broker }),
      provisioning: 'validate',
      endpoints: [endpoint('jobs', { handlers: [work], ordered: true, recovery: { redeliver: ['30d'] } })],
      sends: [Charge],
    });

  it('gives what the transport cannot do as data, and starts nothing', async () => {
    const bus = impossible();
    const problems = await bus.validate();
    expect(problems.map(({ code }) => code)).toEqual(problems.map(() => 'CAPABILITY_NOT_SUPPORTED'));
    expect(problems[0]?.problem).toMatch(/"jobs" is `ordered`, and this transport keeps no order\. Drop `ordered`\./);
    expect(bus.state).toBe('idle');
    expect(await codeOf(bus.start())).toBe('CAPABILITY_NOT_SUPPORTED');
  });

  it('with `connect` also what the broker has not; it leaves nothing open and nothing made', async () => {
    const broker = memoryBroker({ like: 'sqs' });
    const problems = (await impossible(broker).validate({ connect: true })).filter(({ code }) => code === 'TOPOLOGY_DIFFERS');
    expect(problems.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('the endpoint "jobs" is missing'),
      expect.stringContaining('the skipped "jobs.skipped" is missing'),
      expect.stringContaining('the topic "waybill.faults" is missing'),
      expect.stringContaining('"billing.charge" goes to the endpoint "billing"'),
    ]);
    expect([broker.inUse(), broker.endpoints()]).toEqual([[], []]);
  });

  it('with `apply`, what is missing is no problem, for it will be made; a bus that runs stays open', async () => {
    const bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [work] })] });
    expect(await bus.validate({ connect: true })).toEqual([]);
    await bus.start();
    expect(await bus.validate({ connect: true })).toEqual([]);
    await bus.send(Work, { n: 1 });
    await bus.stop();
  });

  it('a broker that cannot be reached is a problem among the others', async () => {
    const broker = memoryBroker();
    const bus = createBus({ transport: memory({ broker }) });
    broker.faults.failOpens(1);
    expect(await bus.validate({ connect: true })).toEqual([
      { code: 'TRANSPORT_OPEN_FAILED', problem: expect.stringContaining('refused') as string },
    ]);
    expect(await bus.validate({ connect: true })).toEqual([]);
  });

  it('a start waits for a validation, and a validation for a start; neither closes what the other has opened', async () => {
    const compared = gate();
    const inner = memory();
    const topology = overlay(inner.topology, { compare: () => compared.promise.then(() => []) });
    const bus = createBus({
      transport: overlay<IMessageTransport>(inner, { topology }),
      endpoints: [endpoint('jobs', { handlers: [work] })],
    });
    const validating = [bus.validate({ connect: true }), bus.validate({ connect: true })];
    const starting = bus.start();
    const after = bus.validate({ connect: true });
    expect(bus.state).toBe('starting');
    compared.resolve();
    await starting;
    expect(await Promise.all([...validating, after])).toEqual([[], [], []]);
    await bus.send(Work, { n: 1 });
    await bus.stop();
  });

  it('ends with the reason of its signal, and refuses unknown options', async () => {
    const topology = overlay(memory().topology, { compare: () => new Promise(() => undefined) });
    const bus = createBus({ transport: overlay<IMessageTransport>(memory(), { topology }) });
    const giveUp = new AbortController();
    const validating = outcomeOf(bus.validate({ connect: true, signal: giveUp.signal }));
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await validating).toBe(reason);
    expect(await codeOf(bus.validate({ conect: true } as never))).toBe('OPTION_INVALID');
  });
});

describe('describeBus', () => {
  const bus = createBus({
    name: 'ordering',
    namespace: 'staging',
    transport: memory(),
    middleware: [
      async function timed(context, next) {
        await next(context);
      },
    ],
    sendMiddleware: [
      forContract(Charge, function audit(context, next) {
        return next(context);
      }),
    ],
    endpoints: [
      endpoint('jobs', {
        handlers: [handler(Work, () => undefined, { timeout: '5s' })],
        recovery: { retries: 2, redeliver: ['10s'] },
        ordered: true,
      }),
      endpoint('watch', {
        handlers: [handler(Done, () => undefined, { id: 'watch.first' }), handler(Done, () => undefined, { id: 'watch.second' })],
        middleware: [(context, next) => next(context)],
        passive: true,
      }),
    ],
    sends: [Charge, Price],
    publishes: [Done],
    routes: [route(Price, 'pricing')],
  });

  it('is data: handlers with ids, steps in their order, routes with their rule, the plan', () => {
    const { endpoints, outgoingSteps, routes, topology, transport, provisioning } = describeBus(bus);
    expect([transport, provisioning]).toEqual(['memory', 'apply']);
    expect(endpoints.map(({ name, entity, ordered, passive }) => [name, entity, ordered, passive])).toEqual([
      ['jobs', 'staging.jobs', 'hold', false],
      ['watch', 'staging.watch', undefined, true],
    ]);
    expect(endpoints[0]?.handlers).toEqual([
      {
        id: 'jobs.work',
        contract: { name: 'jobs.work', kind: 'command', version: 1, hasReply: false, validated: false },
        target: 'function',
        timeoutMs: 5_000,
      },
    ]);
    expect(endpoints[0]?.recovery).toEqual({ retries: 2, redeliveryDelaysMs: [10_000], jitter: 0, rules: 0 });
    expect(endpoints[1]?.handlers.map(({ id }) => id)).toEqual(['watch.first', 'watch.second']);
    expect(endpoints[1]?.steps.map(({ name }) => name)).toEqual([
      'check-headers',
      'resolve-contract',
      'reject-expired',
      'deserialize-message',
      'validate-message',
      'timed',
      'staging.watch-middleware-1',
      'invoke-handlers',
    ]);
    expect(outgoingSteps.map(({ name }) => name)).toEqual([
      'check-options',
      'resolve-destination',
      'apply-headers',
      'assign-identifiers',
      'check-capabilities',
      'audit for billing.charge',
      'validate-message',
      'serialize-message',
    ]);
    expect(routes.map(({ contract, destination, rule }) => [contract.name, destination.name, rule])).toEqual([
      ['jobs.work', 'staging.jobs', 'own-endpoint'],
      ['jobs.done', 'staging.jobs.done', 'topic'],
      ['prices.price', 'staging.pricing', 'route'],
      ['billing.charge', 'staging.billing', 'name'],
    ]);
    expect(topology.entities.map(({ name }) => name)).toContain('staging.jobs.skipped');
  });

  it('is frozen to its leaves, and can be cloned and written as JSON', () => {
    const description = describeBus(bus);
    const recovery = description.endpoints.map((one) => one.recovery as { retries: number });
    expect(() => recovery.forEach((one) => (one.retries = 9))).toThrow(TypeError);
    expect(() => ((description as { name: string }).name = 'x')).toThrow(TypeError);
    expect(structuredClone(description)).toEqual(description);
    expect(JSON.parse(JSON.stringify(description))).toMatchObject({ name: 'ordering', namespace: 'staging' });
    expect(Object.keys(description)).not.toContain('text');
  });

  it('prints for people, and draws', () => {
    const { text, mermaid } = describeBus(bus);
    expect(text).toMatchInlineSnapshot(`
      "bus "ordering" on memory, provisioning: apply, namespace "staging"
        publish timeout 10000 ms, drain timeout 30000 ms

      endpoint "jobs", at the broker "staging.jobs": concurrency 16, prefetch 32, ordered, a lane that waits: hold, unknown names: skip
        recovery: 2 retries in process, redelivered after 10000 ms, then dead letter
        handlers
          command jobs.work: function, timeout 5000 ms
        steps in
          check-headers        Sends a message with a header named __proto__, or with control characters in its tenant, to the dead letters.
          resolve-contract     Finds the contract by the name on the wire; what nobody here handles is skipped.
          reject-expired       Sends a message whose time is over to the dead letters.
          deserialize-message  Reads the body with the serializer that its content type names.
          validate-message     Checks the message against its schema and hands on the output.
          timed                Middleware of the bus.
          invoke-handlers      Calls the handlers of the message, one after another.

      endpoint "watch", at the broker "staging.watch": concurrency 16, passive, unknown names: skip
        recovery: 0 retries in process, no redelivery, then dead letter
        handlers
          event jobs.done: function, id watch.first
          event jobs.done: function, id watch.second
        steps in
          check-headers               Sends a message with a header named __proto__, or with control characters in its tenant, to the dead letters.
          resolve-contract            Finds the contract by the name on the wire; what nobody here handles is skipped.
          reject-expired              Sends a message whose time is over to the dead letters.
          deserialize-message         Reads the body with the serializer that its content type names.
          validate-message            Checks the message against its schema and hands on the output.
          timed                       Middleware of the bus.
          staging.watch-middleware-1  Middleware of the endpoint "staging.watch".
          invoke-handlers             Calls the handlers of the message, one after another.

      messages go
        command jobs.work → endpoint staging.jobs, by the endpoint of this bus that handles it
        event jobs.done → topic staging.jobs.done, by the name of the event
        query prices.price → endpoint staging.pricing, by a route of the bus
        command billing.charge → endpoint staging.billing, by the name of the contract, up to its last dot

      steps out
        check-options             Refuses options that do not exist or have a value that is not allowed.
        resolve-destination       Decides where the message goes.
        apply-headers             Checks the user's own headers and takes them over.
        assign-identifiers        Fills in ids, name, version, times and the links to the message being handled.
        check-capabilities        Refuses options that the transport cannot keep.
        audit for billing.charge  Middleware of the bus.
        validate-message          Checks the message against the schema of its contract.
        serialize-message         Writes the message as bytes with the serializer of the bus.

      at the broker
        endpoint staging.jobs
        skipped staging.jobs.skipped
        endpoint staging.watch
        skipped staging.watch.skipped
        topic staging.jobs.done
        topic staging.waybill.faults
        subscription staging.jobs.done → staging.watch"
    `);
    expect(mermaid).toMatchInlineSnapshot(`
      "%% bus ordering, 7 entities at the broker
      flowchart LR
        n0[["staging.jobs"]]
        n1[["staging.watch"]]
        n2["jobs.work"]
        n3(["staging.jobs.done"])
        n4["jobs.done"]
        n5[["staging.pricing"]]
        n6["prices.price"]
        n7[["staging.billing"]]
        n8["billing.charge"]
        n2 -->|command| n0
        n4 -->|event| n3
        n6 -->|query| n5
        n8 -->|command| n7
        n3 --> n1
        classDef foreign stroke-dasharray: 4 4
        class n5 foreign
        class n7 foreign"
    `);
  });

  it('refuses what is no bus', () => {
    expect(() => describeBus({} as never)).toThrow(/`describeBus` was given an object, and no bus/);
  });
});
