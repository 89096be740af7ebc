import { type ChannelModel, connect } from 'amqplib';

/** A broker that is removing a virtual host with many quorum queues lets nobody in for many seconds. */
const GIVE_UP_MS = 30_000;

/** Opens a connection and closes it again: address, credentials and virtual host are right, and this is the version. */
export async function rabbitmqVersion(url: string): Promise<string> {
  const connection = await openAmqp(url);
  const { product, version } = connection.connection.serverProperties;
  await connection.close().catch(() => {}); // what we came for is known
  if (product !== 'RabbitMQ') throw new Error(`${String(product)} answers there, which is not RabbitMQ`);
  return String(version);
}

/** A connection; `connect` of the client ends within 30 s. */
export async function openAmqp(url: string): Promise<ChannelModel> {
  const connection = await connect(url, { timeout: GIVE_UP_MS });
  connection.on('error', () => {}); // a closed connection fails the call that needs it
  return connection;
}
