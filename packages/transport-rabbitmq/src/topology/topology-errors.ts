import type { PlannedEntity, TopologyDifference } from '@waybill/core/transport';
import { BusError, ConfigurationError, ConnectionError } from '@waybill/core/transport';
import type { BrokerRefusal } from './broker-refusal.ts';
import { brokerRefusal } from './broker-refusal.ts';

/** What is there otherwise: all of it, by entity and setting. */
export function differsError(differences: readonly TopologyDifference[]): ConfigurationError {
  const lines = differences.map(
    ({ entity, setting, wanted, actual }) =>
      `the ${entity.kind} "${entity.name}" is there with \`${setting}: ${actual}\`; \`${setting}: ${wanted}\` is wanted`,
  );
  const [first] = differences;
  return new ConfigurationError(
    'TOPOLOGY_DIFFERS',
    `RabbitMQ holds something else than the bus needs: ${lines.join('; ')}. What is there was not changed. Ask for what is there, give the endpoint another name, or empty and delete it, and start again.`,
    { details: { entity: first?.entity.name, setting: first?.setting, wanted: first?.wanted, actual: first?.actual, differences } },
  );
}

/** An error of declaring one entity, coded; an error that has a code is left as it is. */
export function declareError(entity: PlannedEntity, error: unknown): Error {
  if (error instanceof BusError) return error;
  const refusal = brokerRefusal(error);
  if (refusal === undefined) return lostError(entity, error);
  const details = { entity: entity.name, kind: entity.kind };
  if (refusal.is === 'missing')
    return new ConfigurationError(
      'TOPOLOGY_DIFFERS',
      `RabbitMQ has not what the ${entity.kind} "${entity.name}" needs: ${textOf(refusal)}. Start the bus once with \`provisioning: 'apply'\`.`,
      { cause: error, details },
    );
  return new ConfigurationError(
    'TOPOLOGY_REFUSED',
    `RabbitMQ refused the ${entity.kind} "${entity.name}": ${textOf(refusal)}. ${refusal.is === 'forbidden' ? RIGHTS : SETTINGS}`,
    { cause: error, details: { ...details, missingRight: refusal.is === 'forbidden' ? rightFor(entity) : undefined } },
  );
}

const RIGHTS =
  "Give the user `configure`, `write` and `read` on it, or let an operator apply the topology and start with `provisioning: 'validate'`.";
const SETTINGS = 'Mend the setting or the name that it does not take; Waybill needs RabbitMQ 3.10 or newer.';

const textOf = (refusal: BrokerRefusal): string => ('text' in refusal ? refusal.text : `\`${refusal.setting}\` differs`);

/** Declaring needs `configure`; what is dead-lettered is read from the queue and written to the exchange; a binding writes and reads, too. */
function rightFor({ kind, settings }: PlannedEntity): string {
  if (kind === 'binding') return 'write on the destination, read on the source';
  if (settings['x-dead-letter-exchange'] === undefined) return 'configure';
  return 'configure and read on the queue, write on the exchange of its dead letters';
}

function lostError(entity: PlannedEntity, error: unknown): ConnectionError {
  return new ConnectionError(
    'TRANSPORT_NOT_OPEN',
    `RabbitMQ was lost before it had answered for the ${entity.kind} "${entity.name}". It may be there or not; declare it again.`,
    { cause: error, details: { entity: entity.name, kind: entity.kind } },
  );
}
