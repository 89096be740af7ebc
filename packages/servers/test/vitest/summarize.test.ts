import { expect, it } from 'vitest';

import { readRequirement } from '../../src/resolution/requirement.ts';
import type { FoundServer } from '../../src/server-pool.ts';
import { type RunFacts, summarize } from '../../src/vitest/summarize.ts';

const FOUND: FoundServer = {
  isFound: true,
  title: 'RabbitMQ',
  version: '3.10.8',
  source: 'listening',
  address: 'amqp://guest@127.0.0.1:5672',
  way: 'virtual hosts by rabbitmqctl',
};

it('says which server was used, and how often', () => {
  const { lines, problems } = summarize(
    facts({ findings: new Map([['rabbitmq', FOUND]]), counts: new Map([['rabbitmq', { executed: 9, onOwn: 5, notRun: 1 }]]) }),
  );
  expect(lines).toEqual([
    'Servers:',
    '  RabbitMQ 3.10.8 (listening) at amqp://guest@127.0.0.1:5672, virtual hosts by rabbitmqctl: 9 tests run, 5 of them on one of their own, 1 not run',
  ]);
  expect(problems).toEqual([]);
});

it('says what was not run, and why', () => {
  const missing: FoundServer = { isFound: false, title: 'RabbitMQ', problem: 'There is no RabbitMQ.', isBroken: false };
  const { lines, problems } = summarize(
    facts({ findings: new Map([['rabbitmq', missing]]), counts: new Map([['rabbitmq', { executed: 0, onOwn: 0, notRun: 4 }]]) }),
  );
  expect(lines[1]).toBe('  RabbitMQ: 0 tests run, 4 not run. There is no RabbitMQ.');
  expect(problems).toEqual([]);
});

it('fails a run in which no test ran against a server that is required', () => {
  const problem = 'FAIL  rabbitmq is required by WAYBILL_REQUIRE, and no test ran against it.';
  expect(summarize(facts({ requirement: readRequirement('rabbitmq', ['rabbitmq']) })).problems).toEqual([problem]);
  const skipped = new Map([['rabbitmq', { executed: 0, onOwn: 0, notRun: 4 }]]);
  expect(summarize(facts({ counts: skipped, requirement: readRequirement('all', ['rabbitmq']) })).problems).toEqual([problem]);
});

it('demands no server of which no test asked, where all are required', () => {
  expect(summarize(facts({ requirement: readRequirement('all', ['rabbitmq']) }))).toEqual({
    lines: ['Servers: none was asked for.'],
    problems: [],
  });
});

it('fails a run that left something behind', () => {
  expect(summarize(facts({ leftovers: ['process 7'] })).problems).toEqual(['FAIL  left over: process 7.']);
});

function facts(some: Partial<RunFacts>): RunFacts {
  return { findings: new Map(), missing: new Map(), counts: new Map(), requirement: readRequirement('', []), leftovers: [], ...some };
}
