import { describe, expect, it } from 'vitest';
import { brokerRefusal } from '../../src/topology/broker-refusal.ts';

/** An error as the client makes it of what a broker says. */
const said = (code: number, text: string): Error =>
  Object.assign(new Error(`Operation failed: QueueDeclare; ${code} (X) with message "${text}"`), { code });

const inequivalent = (setting: string, received: string, current: string): Error =>
  said(
    406,
    `PRECONDITION_FAILED - inequivalent arg '${setting}' for queue 'orders' in vhost '/': received ${received} but current is ${current}`,
  );

describe('what the broker refuses', () => {
  it('is told with the setting and the value that is there, in its type', () => {
    const cases: readonly (readonly [Error, unknown])[] = [
      [inequivalent('x-max-length', "the value '5' of type 'byte'", 'none'), undefined],
      [inequivalent('x-max-length', 'none', "the value '10' of type 'signedint'"), 10],
      [inequivalent('x-dead-letter-strategy', 'none', "the value 'at-least-once' of type 'longstr'"), 'at-least-once'],
      [inequivalent('x-dead-letter-routing-key', 'none', "the value '10' of type 'longstr'"), '10'],
      [inequivalent('x-single-active-consumer', 'none', "the value 'true' of type 'bool'"), true],
      [inequivalent('durable', "'false'", "'true'"), true],
      [inequivalent('type', "'fanout'", "'topic'"), 'topic'],
    ];
    for (const [error, actual] of cases) expect(brokerRefusal(error)).toMatchObject({ is: 'different', actual });
    expect(brokerRefusal(inequivalent('auto_delete', "'true'", "'false'"))).toEqual({
      is: 'different',
      setting: 'autoDelete',
      actual: false,
    });
  });

  it('is told apart from what is missing, forbidden, and not known', () => {
    expect(brokerRefusal(said(404, "NOT_FOUND - no queue 'nope' in vhost '/'"))).toEqual({
      is: 'missing',
      text: "NOT_FOUND - no queue 'nope' in vhost '/'",
    });
    expect(brokerRefusal(said(403, "ACCESS_REFUSED - access to queue 'x' refused"))?.is).toBe('forbidden');
    expect(brokerRefusal(said(406, "PRECONDITION_FAILED - invalid arg 'x-delivery-limit' for queue 'c2'"))?.is).toBe('refused');
  });

  it('is nothing that the connection did', () => {
    expect(brokerRefusal(new Error('Channel ended, no reply will be forthcoming'))).toBeUndefined();
    expect(brokerRefusal(Object.assign(new Error('read'), { code: 'ECONNRESET' }))).toBeUndefined();
  });
});
