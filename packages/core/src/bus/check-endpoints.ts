import { ConfigurationError } from '../errors/bus-error.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { EndpointTopology } from '../transport/topology.ts';
import type { LaneWait, TransportCapabilities } from '../transport/transport-capabilities.ts';
import { endpointTopology } from './build-topology.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Refuses endpoints whose order or redeliveries the transport cannot keep as they were asked for, and those that may be handed a message
 * which the inbox has forgotten; all problems at once.
 * @throws ConfigurationError `CAPABILITY_NOT_SUPPORTED`
 */
export function checkEndpoints(endpoints: readonly Endpoint<string>[], transport: IMessageTransport, windowMs: number | undefined): void {
  const problems = capabilityProblems(endpoints, transport, windowMs);
  if (problems.length === 0) return;
  throw new ConfigurationError(
    'CAPABILITY_NOT_SUPPORTED',
    `The transport "${transport.name}" cannot do all that was asked:\n- ${problems.join('\n- ')}`,
    {
      details: { transport: transport.name, problems },
    },
  );
}

/**
 * What was asked of endpoints and transport or inbox cannot do, each with its way out.
 * @param windowMs for so long the inbox remembers; `undefined` without one
 */
export function capabilityProblems(
  endpoints: readonly Endpoint<string>[],
  transport: IMessageTransport,
  windowMs: number | undefined,
): readonly string[] {
  return endpoints.flatMap((one) => {
    const topology = endpointTopology(one, undefined);
    const capabilities = transport.capabilitiesOf(topology);
    return [
      ...laneProblems(one, capabilities),
      ...redeliveryProblems(topology, capabilities),
      ...windowProblems(topology, capabilities, windowMs),
      ...redeliveryWindowProblems(one, capabilities, windowMs),
    ];
  });
}

function laneProblems(one: Endpoint<string>, { lanes }: TransportCapabilities): readonly string[] {
  const onWait = laneWaitOf(one);
  return onWait === undefined || lanes.onWait.includes(onWait) ? [] : [describe(one.name, onWait, lanes.onWait)];
}

/** A message that is redelivered in place waits under its lock; a copy waits as a delayed message. */
function redeliveryProblems(
  { name, redeliveryDelaysMs }: EndpointTopology,
  { redeliver, delay, lock }: TransportCapabilities,
): readonly string[] {
  const longest = redeliver === 'in-place' ? (lock?.maxMs ?? Number.POSITIVE_INFINITY) : delay.maxMs;
  const tooLong = redeliveryDelaysMs.filter((delayMs) => delayMs > longest && !(delay.hop && longest > 0));
  if (tooLong.length === 0) return [];
  const limit = longest === 0 ? 'This transport has no delays' : `This transport delays by at most ${longest} ms`;
  return [`The endpoint "${name}" redelivers after ${tooLong.join(', ')} ms. ${limit}: shorten or drop \`recovery.redeliver\`.`];
}

/** A message that comes again when the inbox has forgotten it is handled twice. Where nothing bounds that time no window is long enough. */
function windowProblems(
  { name }: EndpointTopology,
  { redeliveryHorizonMs }: TransportCapabilities,
  windowMs: number | undefined,
): readonly string[] {
  if (windowMs === undefined || redeliveryHorizonMs === Number.POSITIVE_INFINITY || redeliveryHorizonMs <= windowMs) return [];
  const needed = `inbox: { window: ${redeliveryHorizonMs} }`;
  return [
    `The endpoint "${name}" may be handed a message again for ${redeliveryHorizonMs} ms, and the inbox remembers it for ${windowMs} ms. Create the bus with \`${needed}\` or more.`,
  ];
}

/** A handler that has succeeded is called again where the last redelivery comes for another one when the inbox has forgotten it. */
function redeliveryWindowProblems(
  { name, recovery }: Endpoint<string>,
  { delay }: TransportCapabilities,
  windowMs: number | undefined,
): readonly string[] {
  const { redeliveryDelaysMs, jitter } = resolveRecovery(recovery);
  const sumMs = redeliveryDelaysMs.reduce((sum, delayMs) => sum + delayMs, 0);
  const longestMs = Math.ceil(delay.steps === 'policy' ? sumMs : sumMs * (1 + jitter));
  if (windowMs === undefined || longestMs === 0 || longestMs < windowMs) return [];
  return [
    `The endpoint "${name}" redelivers a message for up to ${longestMs} ms, and the inbox remembers it for ${windowMs} ms: what has succeeded would be done twice. Create the bus with a longer \`inbox.window\`, or shorten \`recovery.redeliver\`.`,
  ];
}

/** What a lane of the endpoint does while one of its members waits; `undefined` where it has none. */
export function laneWaitOf({ ordered }: Endpoint<string>): LaneWait | undefined {
  if (ordered === undefined || ordered === false) return undefined;
  return ordered === true ? 'hold' : ordered.onWait;
}

function describe(name: string, onWait: LaneWait, possible: readonly LaneWait[]): string {
  if (possible.length === 0) return `The endpoint "${name}" is \`ordered\`, and this transport keeps no order. Drop \`ordered\`.`;
  const choices = possible.map((one) => `\`ordered: { onWait: '${one}' }\``).join(' or ');
  return `The endpoint "${name}" is \`ordered\` with \`onWait: '${onWait}'\`. Choose ${choices}.`;
}
