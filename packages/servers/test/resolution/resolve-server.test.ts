import { expect, it } from 'vitest';

import { type Resolution, resolveServer } from '../../src/resolution/resolve-server.ts';
import type { RunningServer } from '../../src/server-kind.ts';
import { Fakes } from '../fakes.ts';

const STANDARD = 'amqp://guest:guest@127.0.0.1:5672';

it('takes the address in the environment before everything else', async () => {
  const fakes = new Fakes();
  fakes.environment['WAYBILL_RABBITMQ_URL'] = 'amqp://broker';
  fakes.answering.add('amqp://broker').add(STANDARD);
  expect(await resolve(fakes)).toMatchObject({ source: 'address', url: 'amqp://broker', version: '3.10.8' });
  expect(fakes.events).toEqual(['probe amqp://broker']);
});

it('passes over no address that was given, though it does not answer', async () => {
  const fakes = new Fakes();
  fakes.environment['WAYBILL_RABBITMQ_URL'] = 'amqp://bus:secret@broker:5672/orders';
  fakes.answering.add(STANDARD);
  const resolution = await resolveServer(fakes.kind, fakes.machine);
  expect(resolution).toEqual({
    isFound: false,
    isBroken: true,
    problem:
      'RabbitMQ does not answer at amqp://bus@broker:5672/orders, the address in WAYBILL_RABBITMQ_URL: nobody answers. Correct the address, or unset it.',
  });
});

it('takes the address of its caller before that in the environment, and passes over neither', async () => {
  const fakes = new Fakes();
  fakes.environment['WAYBILL_RABBITMQ_URL'] = 'amqp://broker';
  fakes.answering.add('amqp://broker');
  const machine = { ...fakes.machine, address: 'amqp://given' };
  const problem = 'RabbitMQ does not answer at amqp://given, the address that was given: nobody answers. Correct it.';
  expect(await resolveServer(fakes.kind, machine)).toEqual({ isFound: false, isBroken: true, problem });
  fakes.answering.add('amqp://given');
  expect(await resolveServer(fakes.kind, machine)).toMatchObject({ isFound: true, server: { source: 'address', url: 'amqp://given' } });
});

it('takes one that answers on its standard port, before it starts any', async () => {
  const fakes = new Fakes();
  fakes.dockerProblem = undefined;
  fakes.nativeProblem = undefined;
  fakes.answering.add(STANDARD);
  const server = await resolve(fakes);
  expect(server).toMatchObject({ source: 'listening', url: STANDARD });
  await server.stop();
  expect(fakes.events).toEqual([`probe ${STANDARD}`]);
});

it('starts one in Docker, and stops it', async () => {
  const fakes = new Fakes();
  fakes.dockerProblem = undefined;
  fakes.nativeProblem = undefined;
  fakes.answering.add('amqp://127.0.0.1:40000');
  const server = await resolve(fakes);
  expect(server).toMatchObject({ source: 'docker', url: 'amqp://127.0.0.1:40000' });
  await server.stop();
  expect(fakes.events.slice(1)).toEqual(['start container rabbitmq:4', 'probe amqp://127.0.0.1:40000', 'stop container']);
});

it('starts one natively where a container does not answer, and leaves no container', async () => {
  const fakes = new Fakes();
  fakes.dockerProblem = undefined;
  fakes.nativeProblem = undefined;
  const server = await resolve(fakes);
  expect(server).toMatchObject({ source: 'native', url: 'amqp://127.0.0.1:20001' });
  expect(fakes.events).toContain('stop container');
  await server.stop();
  expect(fakes.events.slice(-2)).toEqual(['start native in /folder/rabbitmq', 'dispose native']);
});

it('says what it tried and how to get one, without a password', async () => {
  const fakes = new Fakes();
  const resolution = await resolveServer(fakes.kind, fakes.machine);
  expect(resolution).toEqual({
    isFound: false,
    isBroken: false,
    problem:
      'There is no RabbitMQ (at amqp://guest@127.0.0.1:5672: nobody answers; by Docker: docker info fails; by what is installed: not installed). ' +
      'Set WAYBILL_RABBITMQ_URL to the address of one, start one at amqp://guest@127.0.0.1:5672, start Docker, or install it: apt-get install rabbitmq-server.',
  });
});

it('takes only the ways that WAYBILL_SERVER_SOURCES names', async () => {
  const fakes = new Fakes();
  fakes.environment['WAYBILL_SERVER_SOURCES'] = 'native, docker';
  fakes.nativeProblem = undefined;
  fakes.answering.add(STANDARD);
  expect(await resolve(fakes)).toMatchObject({ source: 'native' });
  fakes.environment['WAYBILL_SERVER_SOURCES'] = 'podman';
  await expect(resolveServer(fakes.kind, fakes.machine)).rejects.toThrow('names podman. It may name listening, docker, native');
});

async function resolve({ kind, machine }: Fakes): Promise<RunningServer> {
  const resolution: Resolution = await resolveServer(kind, machine);
  if (!resolution.isFound) throw new Error(resolution.problem);
  return resolution.server;
}
