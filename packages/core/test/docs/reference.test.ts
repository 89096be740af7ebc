import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '@waybill/core';
import { HEADERS } from '@waybill/core/transport';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/reference/${name}.md`, import.meta.url), 'utf8');
const firstColumn = (text: string): string[] => Array.from(text.matchAll(/^\| `([^`]+)` \|/gm), (match) => match[1] as string);

describe('the reference pages', () => {
  it('errors.md holds exactly the codes of the catalogue, with their text', () => {
    const text = page('errors');
    expect(firstColumn(text)).toEqual(Object.keys(ERROR_CODES));
    for (const [code, entry] of Object.entries(ERROR_CODES))
      expect(text).toContain(`| \`${code}\` | ${entry.radius} | ${entry.meaning} | ${entry.wayOut} |`);
  });

  it('headers.md holds exactly the headers of the code', () => {
    expect(firstColumn(page('headers'))).toEqual(Object.values(HEADERS));
  });

  it('the first sample of the README is the example that runs', () => {
    const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
    const sample = /```ts\n([^]*?)\n```/.exec(read('README.md'))?.[1];
    expect(read('examples/getting-started/src/main.ts')).toContain(`// #region readme\n${sample}\n// #endregion`);
  });
});
