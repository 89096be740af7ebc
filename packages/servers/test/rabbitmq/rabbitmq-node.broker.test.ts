import { connect } from 'amqplib';
import { expect, it } from 'vitest';

import { rabbitmqVersion } from '../../src/rabbitmq/handshake.ts';
import { describeOwn } from '../../src/vitest/describe-own.ts';

await describeOwn('rabbitmq', (server) => {
  it('is killed, and comes back with its data at the same address', async () => {
    const { node } = server;
    await publish(node.url, 'kept');
    const { url } = node;

    await node.flush();
    await node.kill();
    expect(node.isRunning).toBe(false);
    await expect(rabbitmqVersion(node.url)).rejects.toThrow(/ECONNREFUSED/);

    await node.start();
    expect(node.url).toBe(url);
    await expect(receive(node.url)).resolves.toBe('kept');
  });

  it('stops as an operator stops it', async () => {
    const { node } = server;
    const connection = await connect(node.url);
    const closed = new Promise<Error | undefined>((resolve) => {
      connection.on('error', () => {});
      connection.on('close', resolve);
    });
    await node.stop();
    expect(String(await closed)).toContain('CONNECTION_FORCED');
    expect(node.isRunning).toBe(false);
    await node.start();
    expect(node.isRunning).toBe(true);
  });

  it('blocks those who publish while the alarm is on', async () => {
    const { node } = server;
    const connection = await connect(node.url);
    const blocked = new Promise((resolve) => connection.once('blocked', resolve));
    const unblocked = new Promise((resolve) => connection.once('unblocked', resolve));
    await node.setAlarm(true);
    const channel = await connection.createConfirmChannel();
    channel.publish('', 'nowhere', Buffer.from('x'));
    await expect(blocked).resolves.toContain('memory');
    await node.setAlarm(false);
    await unblocked;
    await connection.close();
  });

  it('does not answer while it is frozen', async () => {
    const { node } = server;
    node.freeze();
    const refused = connect(node.url, { timeout: 300 }).finally(() => node.thaw());
    await expect(refused).rejects.toThrow('ETIMEDOUT');
    await expect(rabbitmqVersion(node.url)).resolves.toBe(node.version);
  });

  it('says what rabbitmqctl says', async () => {
    await expect(server.node.ctl('list_vhosts')).resolves.toContain('/');
    await expect(server.node.ctl('delete_vhost', 'absent')).rejects.toThrow(/rabbitmqctl delete_vhost absent failed/);
  });
});

async function publish(url: string, text: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('orders', { durable: true });
  channel.sendToQueue('orders', Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function receive(url: string): Promise<string | undefined> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const message = await channel.get('orders', { noAck: true });
  await connection.close();
  return message === false ? undefined : message.content.toString();
}
