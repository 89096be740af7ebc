import { redactUrl } from '../redact-url.ts';
import { type RunningServer, type ServerKind, type ServerSource, variableOf } from '../server-kind.ts';
import { textOf } from '../text-of.ts';
import type { Machine } from './machine.ts';

/** A server, or why there is none. */
export type Resolution =
  | { readonly isFound: true; readonly server: RunningServer }
  | {
      readonly isFound: false;
      readonly problem: string;
      /** An address was given, and nobody answers there: that is never passed over. */
      readonly isBroken: boolean;
    };

/** An attempt that led nowhere. */
interface Attempt {
  readonly source: ServerSource;
  readonly problem: string;
}

/**
 * Finds a server, or starts one: an address in the environment, then the standard port of this machine, then Docker, then a native start.
 * An address that is given is the only one tried. `WAYBILL_SERVER_SOURCES` narrows the ways, such as `native`.
 */
export async function resolveServer(kind: ServerKind, machine: Machine): Promise<Resolution> {
  if (machine.address !== undefined)
    return useAddress(kind, machine.address, { named: 'the address that was given', wayOut: 'Correct it' });
  const variable = variableOf(kind);
  const given = machine.environment[variable];
  if (given !== undefined && given !== '')
    return useAddress(kind, given, { named: `the address in ${variable}`, wayOut: 'Correct the address, or unset it' });
  const attempts: Attempt[] = [];
  for (const source of sourcesOf(machine)) {
    try {
      return { isFound: true, server: await WAYS[source](kind, machine) };
    } catch (error) {
      attempts.push({ source, problem: textOf(error) });
    }
  }
  return { isFound: false, isBroken: false, problem: describeMissing(kind, attempts) };
}

async function useAddress(
  kind: ServerKind,
  url: string,
  { named, wayOut }: { readonly named: string; readonly wayOut: string },
): Promise<Resolution> {
  try {
    return { isFound: true, server: await probe(kind, 'address', url) };
  } catch (error) {
    const problem = `${kind.title} does not answer at ${redactUrl(url)}, ${named}: ${textOf(error).replace(/\.$/, '')}. ${wayOut}.`;
    return { isFound: false, isBroken: true, problem };
  }
}

type Way = (kind: ServerKind, machine: Machine) => Promise<RunningServer>;

const WAYS: Readonly<Record<Exclude<ServerSource, 'address'>, Way>> = {
  listening: (kind) => probe(kind, 'listening', kind.standardUrl),
  docker: startInDocker,
  native: startNatively,
};

async function startInDocker(kind: ServerKind, machine: Machine): Promise<RunningServer> {
  const problem = await machine.dockerProblem();
  if (problem !== undefined) throw new Error(problem);
  const container = await machine.startContainer(kind.image);
  try {
    return { ...(await probe(kind, 'docker', container.url)), container, stop: () => container.stop() };
  } catch (error) {
    await container.stop();
    throw error;
  }
}

async function startNatively(kind: ServerKind, machine: Machine): Promise<RunningServer> {
  const problem = await kind.native.problem();
  if (problem !== undefined) throw new Error(problem);
  const node = await kind.native.start(machine.makeFolder(kind.name));
  return { kind, source: 'native', version: node.version, url: node.url, node, stop: () => node[Symbol.asyncDispose]() };
}

/** What answers there was not started by this run, and so it is not stopped. */
async function probe(kind: ServerKind, source: ServerSource, url: string): Promise<RunningServer> {
  return { kind, source, version: await kind.probe(url), url, stop: async () => {} };
}

function sourcesOf({ environment }: Machine): readonly (keyof typeof WAYS)[] {
  const wanted = environment['WAYBILL_SERVER_SOURCES'];
  const all = ['listening', 'docker', 'native'] as const;
  if (wanted === undefined || wanted === '') return all;
  const names = wanted.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !all.some((source) => source === name));
  if (unknown.length > 0) throw new Error(`WAYBILL_SERVER_SOURCES names ${unknown.join(', ')}. It may name ${all.join(', ')}.`);
  return all.filter((source) => names.includes(source));
}

function describeMissing(kind: ServerKind, attempts: readonly Attempt[]): string {
  const tried = attempts.map(({ source, problem }) => `${ATTEMPTED[source](kind)}: ${problem}`).join('; ');
  return `There is no ${kind.title} (${tried}). Set ${variableOf(kind)} to the address of one, start one at ${redactUrl(kind.standardUrl)}, start Docker, or install it: ${kind.advice}.`;
}

const ATTEMPTED: Readonly<Record<ServerSource, (kind: ServerKind) => string>> = {
  address: variableOf,
  listening: ({ standardUrl }) => `at ${redactUrl(standardUrl)}`,
  docker: () => 'by Docker',
  native: () => 'by what is installed',
};
