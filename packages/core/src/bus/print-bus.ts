import type {
  ContractDescription,
  DescribedFacts,
  EndpointDescription,
  HandlerDescription,
  RouteDescription,
  StoreDescription,
  StepDescription,
} from './bus-description.ts';
import { CHOSEN_BY } from './send-error.ts';

/** A bus for people: what it receives, what it sends and where that goes, and what the broker must hold. */
export function printBus(bus: DescribedFacts): string {
  const { name, transport, provisioning, namespace } = bus;
  const lines = [
    `bus "${name}" on ${transport}, provisioning: ${provisioning}${namespace === undefined ? '' : `, namespace "${namespace}"`}`,
    ...(bus.store === undefined ? [] : [storeLine(bus.store)]),
    `  publish timeout ${ms(bus.publishTimeoutMs)}, drain timeout ${ms(bus.drainTimeoutMs)}`,
    ...bus.endpoints.flatMap(endpointLines),
    '',
    'messages go',
    ...listed(bus.routes.map(routeLine)),
    '',
    'steps out',
    ...stepLines(bus.outgoingSteps),
    '',
    'at the broker',
    ...listed(entityLines(bus.topology.entities)),
  ];
  return lines.join('\n');
}

function storeLine({ name, durable, scope, relays, inboxWindowMs }: StoreDescription): string {
  const relay = relays ? 'relayed here' : 'relayed by other processes';
  return `  store ${name}${durable ? '' : ', not durable'}, scope "${scope}", ${relay}, inbox window ${ms(inboxWindowMs)}`;
}

function endpointLines(one: EndpointDescription): readonly string[] {
  const traits = [
    `concurrency ${one.concurrency}`,
    one.passive ? 'passive' : `prefetch ${one.prefetch}`,
    ...(one.ordered === undefined ? [] : [`ordered, a lane that waits: ${one.ordered}`]),
    `unknown names: ${one.onUnknown}`,
  ];
  return [
    '',
    `endpoint "${one.name}"${one.entity === one.name ? '' : `, at the broker "${one.entity}"`}: ${traits.join(', ')}`,
    `  recovery: ${recoveryText(one)}`,
    '  handlers',
    ...listed(one.handlers.map(handlerLine), '    '),
    '  steps in',
    ...stepLines(one.steps, '    '),
  ];
}

function recoveryText({ recovery: { retries, redeliveryDelaysMs, jitter, rules } }: EndpointDescription): string {
  const again = redeliveryDelaysMs.length === 0 ? 'no redelivery' : `redelivered after ${redeliveryDelaysMs.map(ms).join(', ')}`;
  const parts = [`${retries} ${retries === 1 ? 'retry' : 'retries'} in process`, again, ...(jitter === 0 ? [] : [`jitter ${jitter}`])];
  return [...parts, ...(rules === 0 ? [] : [`${rules} ${rules === 1 ? 'rule' : 'rules'}`]), 'then dead letter'].join(', ');
}

function handlerLine({ id, contract, target, timeoutMs }: HandlerDescription): string {
  const traits = [target, ...(id === contract.name ? [] : [`id ${id}`]), ...(timeoutMs === undefined ? [] : [`timeout ${ms(timeoutMs)}`])];
  return `${contractText(contract)}: ${traits.join(', ')}`;
}

function routeLine({ contract, destination, rule }: RouteDescription): string {
  return `${contractText(contract)} → ${destination.kind} ${destination.name}, by ${CHOSEN_BY[rule]}`;
}

function contractText({ kind, name, version, hasReply, validated }: ContractDescription): string {
  const traits = [...(hasReply && kind === 'command' ? ['with a reply'] : []), ...(validated ? ['validated'] : [])];
  return [`${kind} ${name}`, ...(version === 1 ? [] : [`version ${version}`]), ...traits].join(' ');
}

function stepLines(steps: readonly StepDescription[], indent = '  '): readonly string[] {
  const width = Math.max(...steps.map(({ name }) => name.length));
  return steps.map(({ name, description }) => `${indent}${name.padEnd(width)}  ${description}`);
}

/** One line for each entity, and for each group of them. */
function entityLines(entities: DescribedFacts['topology']['entities']): readonly string[] {
  const counts = new Map<string, number>();
  for (const { group } of entities) if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  const lines = entities.map(({ kind, name, group }) =>
    group === undefined ? `${kind} ${name}` : `${group}: ${counts.get(group)} entities`,
  );
  return Array.from(new Set(lines));
}

function listed(lines: readonly string[], indent = '  '): readonly string[] {
  return lines.length === 0 ? [`${indent}nothing`] : lines.map((line) => `${indent}${line}`);
}

const ms = (value: number): string => `${value} ms`;
