import type { DescribedFacts, RouteDescription } from './bus-description.ts';

/** Contracts, topics and endpoints of a bus as a Mermaid flowchart. What is outside of the bus has a dashed border. */
export function drawBus({ endpoints, routes, topology, name }: DescribedFacts): string {
  const own = new Set(endpoints.map(({ entity }) => entity));
  const nodes = new Map<string, string>();
  const node = (kind: string, label: string, shape: readonly [string, string]): string => {
    const key = `${kind} ${label}`;
    if (!nodes.has(key)) nodes.set(key, `n${nodes.size}${shape[0]}"${label}"${shape[1]}`);
    return (nodes.get(key) as string).split(/\W/)[0] as string;
  };
  const endpointNode = (entity: string): string => node('endpoint', entity, ['[[', ']]']);
  const topicNode = (topic: string): string => node('topic', topic, ['([', '])']);
  const contractNode = ({ contract }: RouteDescription): string => node('contract', contract.name, ['[', ']']);
  for (const { entity } of endpoints) endpointNode(entity);
  const edges = routes.map(({ destination, ...route }) => {
    const target = destination.kind === 'topic' ? topicNode(destination.name) : endpointNode(destination.name);
    return `  ${contractNode({ ...route, destination })} -->|${route.contract.kind}| ${target}`;
  });
  const byName = new Map(routes.map((route) => [route.contract.name, route.destination]));
  const subscriptions = endpoints.flatMap(({ entity, handlers }) =>
    Array.from(new Set(handlers.filter(({ contract }) => contract.kind === 'event').map(({ contract }) => byName.get(contract.name)?.name)))
      .filter((topic) => topic !== undefined)
      .map((topic) => `  ${topicNode(topic)} --> ${endpointNode(entity)}`),
  );
  const foreign = Array.from(nodes.keys())
    .filter((key) => key.startsWith('endpoint ') && !own.has(key.slice('endpoint '.length)))
    .map((key) => `  class ${endpointNode(key.slice('endpoint '.length))} foreign`);
  const style = foreign.length === 0 ? [] : ['  classDef foreign stroke-dasharray: 4 4', ...foreign];
  const shapes = Array.from(nodes.values(), (shape) => `  ${shape}`);
  return [
    `%% bus ${name}, ${topology.entities.length} entities at the broker`,
    'flowchart LR',
    ...shapes,
    ...edges,
    ...subscriptions,
    ...style,
  ].join('\n');
}
