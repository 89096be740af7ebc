import { type ConfirmChannel, connect } from 'amqplib';
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
    expect(node.faults.happened('kill')).toBe(1);
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
    expect(node.faults.happened('stop')).toBe(1);
    await node.start();
    expect(node.isRunning).toBe(true);
  });

  it.each(['memory', 'disk'] as const)('blocks those who publish while the alarm of the %s is on', async (resource) => {
    const { node } = server;
    const before = node.faults.happened('alarm');
    const connection = await connect(node.url);
    const blocked = new Promise((resolve) => connection.once('blocked', resolve));
    const unblocked = new Promise((resolve) => connection.once('unblocked', resolve));
    await node.setAlarm(true, resource);
    expect(node.faults.happened('alarm')).toBe(before + 1);
    const channel = await connection.createConfirmChannel();
    channel.publish('', 'nowhere', Buffer.from('x'));
    await expect(blocked).resolves.toContain(resource);
    await node.setAlarm(false, resource);
    await unblocked;
    await connection.close();
  });

  it('closes all connections with a reason, and counts them', async () => {
    const { node } = server;
    expect(await node.closeConnections('nobody is there')).toBe(0);
    const closings = await Promise.all([whenClosed(node.url), whenClosed(node.url)]);
    expect(await node.closeConnections('we have to')).toBe(2);
    for (const { closed } of closings) expect(String(await closed)).toContain('we have to');
    await expect.poll(() => node.trouble()).toContain('we have to');
    expect([node.faults.happened('close-connections'), node.faults.hits('close-connections')]).toEqual([1, 2]);
  });

  it('gives a user a password and rights, others too, and takes them away', async () => {
    const { node } = server;
    const as = (password: string): string => node.url.replace('guest:guest', `somebody:${password}`);
    await node.addUser('somebody', 'first');
    await expect(connect(as('first'))).rejects.toThrow(/ConnectionClose/);
    await node.setRights('somebody', ['declare', 'send', 'receive']);
    await publish(as('first'), 'by somebody', 'somebodys');
    await expect(receive(as('first'), 'somebodys')).resolves.toBe('by somebody');
    await node.setRights('somebody', ['send', 'receive']);
    await expect(publish(as('first'), 'again', 'others')).rejects.toThrow(/ACCESS_REFUSED/);
    await node.setPassword('somebody', 'second');
    await expect(rabbitmqVersion(as('first'))).rejects.toThrow(/403/);
    await expect(rabbitmqVersion(as('second'))).resolves.toBe(node.version);
    expect([node.faults.happened('rights'), node.faults.happened('password')]).toEqual([2, 1]);
  });

  it('does not answer while it is frozen', async () => {
    const { node } = server;
    node.freeze();
    const refused = connect(node.url, { timeout: 300 }).finally(() => node.thaw());
    await expect(refused).rejects.toThrow('ETIMEDOUT');
    expect(node.faults.happened('freeze')).toBe(1);
    await expect(rabbitmqVersion(node.url)).resolves.toBe(node.version);
  });

  it('says what rabbitmqctl says', async () => {
    await expect(server.node.ctl('list_vhosts')).resolves.toContain('/');
    await expect(server.node.ctl('delete_vhost', 'absent')).rejects.toThrow(/rabbitmqctl delete_vhost absent failed/);
  });
});

/** A connection that is open, and how it will have been closed. */
async function whenClosed(url: string): Promise<{ readonly closed: Promise<unknown> }> {
  const connection = await connect(url);
  connection.on('error', () => {});
  return { closed: new Promise((resolve) => connection.on('close', resolve)) };
}

async function publish(url: string, text: string, queue = 'orders'): Promise<void> {
  await using one = await openChannel(url);
  await one.channel.assertQueue(queue, { durable: true });
  one.channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
  await one.channel.waitForConfirms();
}

async function receive(url: string, queue = 'orders'): Promise<string | undefined> {
  await using one = await openChannel(url);
  const message = await one.channel.get(queue, { noAck: true });
  return message === false ? undefined : message.content.toString();
}

async function openChannel(url: string): Promise<AsyncDisposable & { readonly channel: ConfirmChannel }> {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => {});
  return { channel, [Symbol.asyncDispose]: () => connection.close() };
}
