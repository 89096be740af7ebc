import type { Runtime } from '@waybill/core/transport';
import { LOG_EVENTS, isBusError } from '@waybill/core/transport';
import type { AmqpChannel, AmqpConnection } from '../rabbitmq-client.ts';
import { describe, notConnected } from '../rabbitmq-errors.ts';
import type { TopologyChannel } from '../topology/topology-channel.ts';
import { inTime } from './in-time.ts';

/**
 * Opens a channel whose errors end the channel only: without a listener they would end the connection.
 * @throws ConnectionError `TRANSPORT_NOT_OPEN`
 */
export async function openChannel(connection: AmqpConnection, runtime: Runtime, kind: 'plain' | 'confirm' = 'plain'): Promise<AmqpChannel> {
  const opening = kind === 'plain' ? connection.createChannel() : connection.createConfirmChannel();
  const channel = await inTime(runtime, 'the opening of a channel', opening).catch((error: unknown) => {
    throw isBusError(error) ? error : notConnected(`no channel could be opened (${describe(error)})`, error);
  });
  channel.on('error', () => undefined);
  channel.on('handler-error', (error) => {
    runtime.logger.debug({ event: LOG_EVENTS.callbackFailed, error: describe(error) }, 'a listener of a channel has thrown');
  });
  return channel;
}

/** Closes a channel, whatever state it is in. Never rejects. */
export async function closeChannel(channel: Pick<TopologyChannel, 'close'>, runtime: Runtime): Promise<void> {
  try {
    await inTime(runtime, 'the closing of a channel', channel.close(), CLOSE_MS);
  } catch {
    // it is closed already, or ends with its connection
  }
}

const CLOSE_MS = 2_000;
