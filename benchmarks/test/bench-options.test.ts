import { describe, expect, it } from 'vitest';

import { BENCH_HELP, parseBenchOptions } from '../src/bench-options.ts';

const parse = (...given: string[]) => parseBenchOptions(given, '/results');

describe('the options of a benchmark', () => {
  it('are a whole run of three rounds, which is written', () => {
    expect(parse()).toMatchObject({ rows: '', rounds: 3, out: '/results', gate: false });
    expect(parse('--', '--rounds', '5', '--gate')).toMatchObject({ rounds: 5, out: '/results', gate: true });
  });

  it('write nothing of a part or of a quick run, unless they are told where', () => {
    expect(parse('--rows', 'mediator')).toMatchObject({ rows: 'mediator', out: undefined });
    expect(parse('--quick')).toMatchObject({ rounds: 1, out: undefined });
    expect(parse('--quick', '--rounds', '2', '--out', '/tables')).toMatchObject({ rounds: 2, out: '/tables' });
  });

  it('count by the clock, or by the processor, which is not written', () => {
    expect(parse()).toMatchObject({ pace: { clock: 'wall' } });
    expect(parse('--cpu')).toMatchObject({ pace: { clock: 'processor' }, out: undefined });
  });

  it('measure for less time when quick', () => {
    const [full, quick] = [parse(), parse('--quick')];
    if (full === 'help' || quick === 'help') throw new Error('options were expected');
    expect(quick.pace.warmUpMs).toBeLessThan(full.pace.warmUpMs);
  });

  it('ask for help', () => {
    expect(parse('--help', '--rounds', '2')).toBe('help');
    for (const name of ['--rows', '--rounds', '--quick', '--cpu', '--out', '--gate']) expect(BENCH_HELP).toContain(name);
  });

  it.each([
    [['--rounds', '0'], '--rounds is "0". Use a whole number from 1.'],
    [['--rounds', 'many'], '--rounds is "many". Use a whole number from 1.'],
    [['--row', 'mediator'], "Unknown option '--row'"],
    [['mediator'], "Unexpected argument 'mediator'"],
    [['--rows'], 'argument missing'],
  ])('refuse %j', (given, problem) => {
    expect(() => parse(...given)).toThrow(problem);
  });
});
