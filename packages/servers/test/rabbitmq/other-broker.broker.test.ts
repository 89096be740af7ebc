import { expect, it } from 'vitest';

import { borrowServer } from '../../src/borrow-server.ts';
import { describeOwn } from '../../src/vitest/describe-own.ts';

await describeOwn('rabbitmq', (server) => {
  it('is a space by names where rabbitmqctl, if there is one, knows another broker only', async () => {
    await using borrowed = await borrowServer('rabbitmq', 'other', { url: server.node.url });
    expect(borrowed.found.way).toContain('names with a prefix, since no virtual host could be made');
    expect(borrowed.url).toBe(server.node.url);
    expect(borrowed.prefix).toMatch(/^waybill-[0-9a-f]{8}-1-other\.$/);
  });
});
