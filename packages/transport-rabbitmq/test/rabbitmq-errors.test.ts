import { describe, expect, it } from 'vitest';
import { openError } from '../src/rabbitmq-errors.ts';

const REFUSED =
  'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."';

describe('an open that failed', () => {
  it.each([
    [REFUSED, true, 'auth_failed', 'Check the credentials'],
    ['Expected ConnectionOpenOk; got <ConnectionClose channel:0>', false, undefined, 'virtual host'],
    [
      'Handshake terminated by server: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - vhost x not found"',
      true,
      'access_refused',
      'rabbitmqctl add_vhost',
    ],
    ['connect ECONNREFUSED 127.0.0.1:5672', false, undefined, 'Nothing listens'],
    ['getaddrinfo ENOTFOUND broker', false, undefined, 'name of the host'],
    ['connect ETIMEDOUT', false, undefined, '`connectTimeout`'],
    ['Socket closed abruptly during opening handshake', false, undefined, 'speaks AMQP'],
    ['self-signed certificate', false, 'tls_failed', '`tls: { ca }`'],
    ['write EPROTO wrong version number', true, 'tls_failed', '`tls`'],
    ['something new', false, undefined, 'See `cause`'],
  ])('by "%s" is final: %s, has the problem %s, and says: %s', (text, isFinal, problem, says) => {
    const error = openError(new Error(text), 'amqp://host:5672');
    expect(error.code).toBe('TRANSPORT_OPEN_FAILED');
    expect(error.message).toContain('amqp://host:5672');
    expect(error.message).toContain(says);
    expect([error.details['isFinal'], error.details['problem']]).toEqual([isFinal, problem]);
  });
});
