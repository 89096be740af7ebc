import type { Topology } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import type { RabbitmqEndpointOptions } from '../../src/topology/endpoint-options.ts';
import { rabbitmqEndpoint } from '../../src/topology/endpoint-options.ts';
import { planTopology, queuesOf } from '../../src/topology/plan-topology.ts';
import { endpointOf, linesOf, topologyOf } from './topology-of.ts';

const draw = (topology: Partial<Topology>, queue: 'classic' | 'quorum' = 'quorum'): string =>
  linesOf(planTopology(topologyOf({ addition: true, ...topology }), { queue })).join('\n');

const drawEndpoint = (options: RabbitmqEndpointOptions): string =>
  draw({ endpoints: [endpointOf('orders', { options: rabbitmqEndpoint(options) })] })
    .split('\n')
    .find((line) => line.startsWith('queue orders ')) as string;

describe('the plan', () => {
  it('gives an endpoint three queues, all in quorum, without a limit of deliveries', () => {
    expect(draw({ endpoints: [endpointOf('orders')], owner: 'ordering' })).toBe(
      [
        'queue orders.dead-letter queue-type=quorum delivery-limit=unlimited waybill-owner=ordering',
        'queue orders.skipped queue-type=quorum delivery-limit=unlimited waybill-owner=ordering',
        'queue orders queue-type=quorum delivery-limit=unlimited dead-letter-exchange= dead-letter-routing-key=orders.dead-letter dead-letter-strategy=at-least-once overflow=reject-publish waybill-owner=ordering',
        'binding waybill.route → queue orders by e:orders.#',
        'binding waybill.delay.due → queue orders by e:orders.#',
      ].join('\n'),
    );
  });

  it('gives a classic endpoint no setting that classic queues refuse', () => {
    expect(
      draw({ endpoints: [endpointOf('orders')] }, 'classic')
        .split('\n')
        .slice(0, 3),
    ).toEqual([
      'queue orders.dead-letter queue-type=classic',
      'queue orders.skipped queue-type=classic',
      'queue orders queue-type=classic dead-letter-exchange= dead-letter-routing-key=orders.dead-letter',
    ]);
  });

  it('makes an exchange of each topic, and binds the queues of subscribers by #', () => {
    const subscriptions = [
      { topic: 'shop.order-placed', endpoint: 'mail' },
      { topic: 'shop.order-placed', endpoint: 'stock' },
    ];
    expect(draw({ topics: [{ name: 'shop.order-placed' }], subscriptions })).toBe(
      [
        'exchange shop.order-placed type=topic',
        'binding waybill.delay.due → exchange shop.order-placed by t:shop_order-placed.#',
        'binding shop.order-placed → queue mail by #',
        'binding shop.order-placed → queue stock by #',
      ].join('\n'),
    );
  });

  it('puts limits, priorities and times to live into the arguments, and never drops the oldest', () => {
    expect(drawEndpoint({ queue: 'classic', maxPriority: 5, timeToLive: '1h', maxLength: 1_000, maxLengthBytes: 5_000 })).toBe(
      'queue orders queue-type=classic dead-letter-exchange= dead-letter-routing-key=orders.dead-letter overflow=reject-publish max-priority=5 message-ttl=3600000 max-length=1000 max-length-bytes=5000',
    );
  });

  it('spreads the slots of an ordered endpoint over queues with a single active consumer each', () => {
    const options = rabbitmqEndpoint({ laneQueues: 2 });
    const orders = endpointOf('orders', { ordered: true, options });
    const lines = draw({
      endpoints: [orders],
      topics: [{ name: 'shop.paid' }],
      subscriptions: [{ topic: 'shop.paid', endpoint: 'orders' }],
    }).split('\n');
    const queues = lines.filter((line) => line.startsWith('queue ') && line.includes('single-active-consumer=true'));
    expect(queues.map((line) => line.split(' ')[1])).toEqual(['orders', 'orders.lane-0', 'orders.lane-1']);
    expect(queuesOf(orders, { queue: 'quorum' })).toEqual(['orders', 'orders.lane-0', 'orders.lane-1']);
    expect(lines).toContain('exchange orders.lanes type=topic alternate-exchange=orders.no-lane-of-2');
    expect(lines).toContain('binding orders.no-lane-of-2 → queue orders by #');
    expect(lines).toContain('binding waybill.route → exchange orders.lanes by e:orders.#');
    expect(lines).toContain('binding shop.paid → exchange orders.lanes by #');
    const slots = lines.filter((line) => line.startsWith('binding orders.lanes → '));
    expect(slots).toHaveLength(64);
    expect(slots[17]).toBe('binding orders.lanes → queue orders.lane-1 by *.s17.#');
  });

  it('makes the queue of a temporary endpoint classic and lets it expire; its dead letters stay', () => {
    const temporary = { temporary: true, deadLetter: 'prices.dead-letter', skipped: 'prices.skipped' };
    const lines = draw({ endpoints: [endpointOf('prices.1a', temporary), endpointOf('prices.2b', temporary)] }).split('\n');
    expect(lines.filter((line) => line.startsWith('queue '))).toEqual([
      'queue prices.dead-letter queue-type=quorum delivery-limit=unlimited',
      'queue prices.skipped queue-type=quorum delivery-limit=unlimited',
      'queue prices.1a queue-type=classic dead-letter-exchange= dead-letter-routing-key=prices.dead-letter expires=300000',
      'queue prices.2b queue-type=classic dead-letter-exchange= dead-letter-routing-key=prices.dead-letter expires=300000',
    ]);
  });

  it('holds what all share, unless it is an addition', () => {
    const whole = linesOf(planTopology(topologyOf({}), { queue: 'quorum' }));
    expect(whole[0]).toBe('exchange waybill.route type=topic');
    expect(whole.filter((line) => line.startsWith('queue waybill.delay.level-'))).toHaveLength(30);
    expect(draw({})).toBe('');
  });

  it('names what is too long by its beginning and a hash, and tells what was wanted', () => {
    const long = 'a'.repeat(260);
    const { entities } = planTopology(topologyOf({ topics: [{ name: long }], addition: true }), { queue: 'quorum' });
    const [exchange, binding] = entities;
    expect(exchange?.name).toBe(`${'a'.repeat(246)}-861aee7b`);
    expect(exchange?.wanted).toBe(long);
    expect(binding?.settings['destination']).toBe(exchange?.name);
  });
});

describe('options of an endpoint', () => {
  it('are refused when they are wrong, with the option and what is allowed', () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ queue: 'stream' }, '`queue`'],
      [{ maxPriority: 10, queue: 'classic' }, '`maxPriority`'],
      [{ maxPriority: 5 }, 'classic queues'],
      [{ maxLength: 0 }, '`maxLength`'],
      [{ maxLengthBytes: 1.5 }, '`maxLengthBytes`'],
      [{ laneQueues: 65 }, '`laneQueues`'],
      [{ timeToLive: 0 }, '`timeToLive`'],
      [{ expiresAfter: 'soon' }, '`expiresAfter`'],
      [{ queues: 'quorum' }, 'Did you mean `queue`?'],
    ];
    for (const [options, told] of wrong) expect(() => rabbitmqEndpoint(options as RabbitmqEndpointOptions)).toThrow(told);
  });
});
