import { connect } from 'amqplib';
import { expect, it } from 'vitest';

import { rabbitmqVersion } from '../../src/rabbitmq/handshake.ts';
import { describeServer } from '../../src/vitest/describe-server.ts';
import { askDesk } from '../../src/vitest/run-servers.ts';

interface Space {
  readonly id: string;
  readonly url: string;
}

await describeServer('rabbitmq', (server) => {
  it('answers in its own protocol, with the version that the title names', async () => {
    expect(server.version).toMatch(/^\d+\.\d+\.\d+/);
    await expect(rabbitmqVersion(server.url)).resolves.toBe(server.version);
  });

  it('lends a virtual host that holds nothing else', async () => {
    expect(server.prefix).toBe('');
    expect(new URL(server.url).pathname).toMatch(/^\/waybill-[0-9a-f]{8}-\d+-virtual-host$/);
    const connection = await connect(server.url);
    const channel = await connection.createChannel();
    await expect(channel.assertQueue('orders')).resolves.toMatchObject({ messageCount: 0 });
    await connection.close();
  });

  it('removes a virtual host with all that is in it', async () => {
    const { id, url } = await askDesk<Space>({ ask: 'make-space', server: 'rabbitmq', label: 'removed' });
    await expect(rabbitmqVersion(url)).resolves.toBe(server.version);
    await askDesk({ ask: 'remove-space', id });
    await expect(rabbitmqVersion(url)).rejects.toThrow('ConnectionOpenOk');
  });

  it('refuses a wrong password', async () => {
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(rabbitmqVersion(url.href)).rejects.toThrow(/ACCESS.REFUSED/i);
  });
});
