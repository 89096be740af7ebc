import { describe, expect, it } from 'vitest';
import { resolveRabbitmqOptions } from '../src/rabbitmq-options.ts';

describe('the address of the management API', () => {
  it('is kept without the credentials in it, which win over those of the connection', () => {
    const own = resolveRabbitmqOptions({ management: 'https://operator:p%40ss@broker:15671/behind/' });
    expect(own.management).toEqual({ url: 'https://broker:15671/behind/', credentials: { username: 'operator', password: 'p@ss' } });
    expect(resolveRabbitmqOptions({ management: 'http://broker:15672' }).management).toEqual({
      url: 'http://broker:15672/',
      credentials: undefined,
    });
    expect(resolveRabbitmqOptions({}).management).toBeUndefined();
  });

  it.each(['broker:15672', 'amqp://broker', 7 as never])('is refused where it is none: %s', (management) => {
    expect(() => resolveRabbitmqOptions({ management })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', details: { option: 'management' } }) as Error,
    );
  });

  it('needs credentials where a certificate says who connects', () => {
    expect(() => resolveRabbitmqOptions({ credentials: 'external', management: 'http://broker:15672' })).toThrow(/certificate/);
    const { management } = resolveRabbitmqOptions({ credentials: 'external', management: 'http://a:b@broker:15672' });
    expect(management?.credentials).toEqual({ username: 'a', password: 'b' });
  });
});
