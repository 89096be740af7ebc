import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { quoteForCmd, quoteForShell } from '../shell-quote.mjs';

const ARGUMENTS: Readonly<Record<string, string>> = {
  'a plain word': 'plain',
  'a path': './a-b_c/d.e@1+2:3,4=5',
  'spaces at both ends': '  two words ',
  'single quotes': "it's 'quoted'",
  'double quotes': 'say "hello"',
  'a variable': '$HOME ${HOME} $(id)',
  backticks: '`id`',
  'per cent signs': '100% %PATH%',
  'an empty argument': '',
  'a line break in the middle': 'first\nsecond',
  'a line break at the end': 'first\n',
  'a backslash': 'C:\\temp\\',
  'what a shell expands': '* ? [a-z] ~ {a,b} !!',
  'what ends a command': 'a; b && c | d > e < f & # g',
  'letters of other languages': 'größe 日本語 🙂',
};

describe.skipIf(process.platform === 'win32')('quoteForShell', () => {
  it.each(Object.entries(ARGUMENTS))('hands %s to a program as it was', (_, argument) => {
    const { stdout, stderr } = spawnSync('sh', ['-c', `printf '<%s>' before ${quoteForShell(argument)} after`], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: `<before><${argument}><after>`, stderr: '' });
  });

  it('survives a second shell, as npx -c needs it', () => {
    const inner = `printf '<%s>' ${Object.values(ARGUMENTS).map(quoteForShell).join(' ')}`;
    const { stdout } = spawnSync('sh', ['-c', `sh -c ${quoteForShell(inner)}`], { encoding: 'utf8' });
    const expected = Object.values(ARGUMENTS).map((argument) => `<${argument}>`);
    expect(stdout).toBe(expected.join(''));
  });

  it('leaves harmless words as they are', () => {
    expect(quoteForShell('./a-b_c/d.e@1')).toBe('./a-b_c/d.e@1');
  });
});

describe('quoteForCmd', () => {
  it.each([
    ['plain', 'plain'],
    ['', '""'],
    ['two words', '"two words"'],
    ['say "hello"', '"say ""hello"""'],
    ['a & b | c', '"a & b | c"'],
  ])('quotes %j as %j', (argument, quoted) => {
    expect(quoteForCmd(argument)).toBe(quoted);
  });
});
