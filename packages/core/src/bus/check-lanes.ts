import { ConfigurationError } from '../errors/bus-error.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { LaneWait } from '../transport/transport-capabilities.ts';
import { endpointTopology } from './build-topology.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Refuses ordered endpoints whose order the transport cannot keep as it was asked for.
 * @throws ConfigurationError `CAPABILITY_NOT_SUPPORTED`
 */
export function checkLanes(endpoints: readonly Endpoint[], transport: IMessageTransport): void {
  const problems = endpoints.flatMap((one) => {
    const onWait = laneWaitOf(one);
    const { lanes } = transport.capabilitiesOf(endpointTopology(one, undefined));
    return onWait === undefined || lanes.onWait.includes(onWait) ? [] : [describe(one.name, onWait, lanes.onWait)];
  });
  if (problems.length === 0) return;
  throw new ConfigurationError(
    'CAPABILITY_NOT_SUPPORTED',
    `The transport "${transport.name}" cannot do all that was asked:\n- ${problems.join('\n- ')}`,
    {
      details: { transport: transport.name, problems },
    },
  );
}

function laneWaitOf({ ordered }: Endpoint): LaneWait | undefined {
  if (ordered === undefined || ordered === false) return undefined;
  return ordered === true ? 'hold' : ordered.onWait;
}

function describe(name: string, onWait: LaneWait, possible: readonly LaneWait[]): string {
  if (possible.length === 0) return `The endpoint "${name}" is \`ordered\`, and this transport keeps no order. Drop \`ordered\`.`;
  const choices = possible.map((one) => `\`ordered: { onWait: '${one}' }\``).join(' or ');
  return `The endpoint "${name}" is \`ordered\` with \`onWait: '${onWait}'\`. Choose ${choices}.`;
}
