import { describe, expect, it } from 'vitest';

import { samplesOf } from '../checks/samples.ts';

function document(...lines: string[]): string {
  return lines.join('\n');
}

describe('samplesOf', () => {
  it('finds blocks of TypeScript and their lines', () => {
    const markdown = document('# Title', '', '```ts', 'const a = 1;', 'const b = 2;', '```', 'text', '```typescript', 'b;', '```');
    expect(samplesOf(markdown)).toEqual([
      { line: 4, code: 'const a = 1;\nconst b = 2;', isChecked: true },
      { line: 9, code: 'b;', isChecked: true },
    ]);
  });

  it('passes over blocks of other languages, and over their content', () => {
    expect(samplesOf(document('```sh', '```ts', '```', '```tsx', '<a />', '```', '```', 'plain', '```'))).toEqual([]);
  });

  it('marks a fragment that is not to be compiled', () => {
    expect(samplesOf(document('```ts no-check', '…', '```'))).toEqual([{ line: 2, code: '…', isChecked: false }]);
  });

  it('keeps a fence that stands inside a longer one', () => {
    expect(samplesOf(document('````ts', '// ```ts', '```', '````'))).toEqual([{ line: 2, code: '// ```ts\n```', isChecked: true }]);
  });

  it('takes the indent of the fence from every line', () => {
    const markdown = document('- item', '  ```ts', '  if (a) {', '    b();', '  }', '  ```');
    expect(samplesOf(markdown)).toEqual([{ line: 3, code: 'if (a) {\n  b();\n}', isChecked: true }]);
  });

  it('reads Windows line ends', () => {
    expect(samplesOf('```ts\r\na;\r\n```\r\n')).toEqual([{ line: 2, code: 'a;', isChecked: true }]);
  });

  it('closes no block before its fence', () => {
    expect(samplesOf(document('```ts', 'a;'))).toEqual([]);
  });
});
