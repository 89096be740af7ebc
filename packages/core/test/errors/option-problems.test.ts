import { describe, expect, it } from 'vitest';
import type { Command, Contract } from '@waybill/core';
import {
  consoleLogger,
  defineCommand,
  defineEvent,
  defineQuery,
  handler,
  handlerClass,
  handles,
  jsonSchemaOf,
  onError,
  retry,
  route,
  silentLogger,
  systemRuntime,
  typed,
} from '@waybill/core';
import { jsonSerializer } from '@waybill/core/serialization';
import { assertOptions, nameValue } from '@waybill/core/transport';

const Work: Command<string> = defineCommand('jobs.work');
const doWork = (): void => undefined;
class Worker {
  handle(): void {}
}

describe('an unknown option', () => {
  it.each([
    ['concurency', 'Did you mean `concurrency`?'],
    ['CONCURRENCY', 'Did you mean `concurrency`?'],
    ['retires', 'Did you mean `retries`?'],
    ['retry', 'Did you mean `retries`?'],
    ['colour', 'It has: concurrency, retries, onRetry.'],
  ])('%s is named, and what was meant', (name, wayOut) => {
    expect(() => assertOptions('`x`', { [name]: 1 }, ['concurrency', 'retries', 'onRetry'])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: `\`${name}\` is no option of \`x\`. ${wayOut}` }),
    );
  });

  it('is not looked for where all are known, or there is nothing', () => {
    expect(() => assertOptions('`x`', { retries: 1 }, ['retries'])).not.toThrow();
    expect(() => assertOptions('`x`', {}, [])).not.toThrow();
  });

  it.each([
    ['handler', () => handler(Work, doWork, { ID: 'a' } as never), '`id`'],
    ['handlerClass', () => handlerClass(Work, Worker, { methods: 'handle' } as never), '`method`'],
    ['@handles', () => handles(Work, { id2: 'a' } as never), '`id`'],
    ['retry.exponential', () => retry.exponential({ retries: 1, first: 1, factr: 3 } as never), '`factor`'],
    ['jsonSerializer', () => jsonSerializer({ maxBodyByte: 1 } as never), '`maxBodyBytes`'],
    ['systemRuntime', () => systemRuntime({ loger: silentLogger } as never), '`logger`'],
    ['consoleLogger', () => consoleLogger({ levle: 'warn' } as never), '`level`'],
  ])('is refused by %s', (owner, make, meant) => {
    expect(make).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(make).toThrow(`is no option of \`${owner}\`. Did you mean ${meant}?`);
  });

  it.each([
    ['command', () => defineCommand('jobs.work', { endpiont: 'jobs' } as never), 'Did you mean `endpoint`?'],
    ['event', () => defineEvent('jobs.work', { endpoint: 'jobs' } as never), 'It has: version, schema.'],
    ['query', () => defineQuery('jobs.work', { replys: {} } as never), 'Did you mean `reply`?'],
  ])('is refused by the contract of a(n) %s', (kind, define, wayOut) => {
    expect(define).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(define).toThrow(`is no option of the ${kind} "jobs.work". ${wayOut}`);
  });

  it.each([
    ['handler', () => handler(Work, doWork, null as never), 'null'],
    ['handler', () => handler(Work, doWork, 'a' as never), '"a"'],
    ['handlerClass', () => handlerClass(Work, Worker, [] as never), 'a list'],
    ['retry.interval', () => retry.interval(undefined as never), 'undefined'],
  ])('is not read from what is no object: %s', (owner, make, value) => {
    expect(make).toThrow(`The options of \`${owner}\` are ${value}. Pass an object.`);
  });
});

describe('what is no schema', () => {
  const schema = typed<string>();
  it.each([
    ['schema', () => defineCommand('jobs.work', { schema: class Schema {} } as never), 'is the class "Schema"'],
    ['schema', () => defineEvent('jobs.done', { schema: null } as never), 'is null'],
    ['reply', () => defineCommand('jobs.work', { schema, reply: 'yes' } as never), 'is "yes"'],
    ['replies', () => defineCommand('jobs.work', { schema, replies: [] } as never), 'is a list'],
    ['replies.found', () => defineCommand('jobs.work', { schema, replies: { found: undefined } } as never), 'is undefined'],
  ])('is named: %s', (option, define, problem) => {
    expect(define).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(define).toThrow(`\`${option}\` of the contract "jobs.`);
    expect(define).toThrow(problem);
  });
});

describe('what is no contract', () => {
  it.each([
    ['handler', (contract: Contract) => handler(contract as never, doWork as never)],
    ['handlerClass', (contract: Contract) => handlerClass(contract as never, Worker as never)],
    ['route', (contract: Contract) => route(contract, 'jobs')],
    ['jsonSchemaOf', (contract: Contract) => jsonSchemaOf(contract)],
  ])('is refused by %s', (owner, make) => {
    expect(() => make(undefined as never)).toThrow(
      expect.objectContaining({ code: 'CONTRACT_INVALID', message: expect.stringContaining('circle of imports') as string }),
    );
    expect(() => make('jobs.work' as never)).toThrow(`\`${owner}\` was given "jobs.work", which is no contract.`);
  });
});

describe('what is no rule', () => {
  it.each([
    ['undefined', () => onError(undefined as never, 'retry'), 'was given undefined. Name a class'],
    ['a misspelt action', () => onError(Error, 'retyr' as never), 'was given "retyr". Use one of retry, redeliver, dead-letter, discard'],
    ['options of a policy', () => onError(Error, { retries: 3 } as never), 'was given an object'],
  ])('is refused: %s', (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(make).toThrow(message);
  });

  it('is taken in every form that there is', () => {
    for (const action of ['retry', 'redeliver', 'dead-letter', 'discard', retry.immediate(1)] as const)
      expect(onError('ECONNRESET', action).action).toBe(action);
  });
});

describe('what is no handler', () => {
  it('is named: a class where a function belongs, a value where a class belongs', () => {
    expect(() => handler(Work, Worker as never)).toThrow('is the class "Worker", and no function');
    expect(() => handler(Work, undefined as never)).toThrow('is undefined, and no function');
    expect(() => handlerClass(Work, 'Worker' as never)).toThrow('is "Worker", and no class');
    expect(() => handler(Work, doWork, { id: 7 as never })).toThrow('`id` of a handler is 7');
  });
});

describe('nameValue', () => {
  it.each([
    ['4', '"4"'],
    [4, '4'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [['secret'], 'a list'],
    [{ password: 'secret' }, 'an object'],
    [() => 'secret', 'a function'],
    [doWork, 'the function "doWork"'],
    [Worker, 'the class "Worker"'],
    ['x'.repeat(100), `"${'x'.repeat(60)}…"`],
  ])('%s', (value, text) => {
    expect(nameValue(value)).toBe(text);
  });
});
