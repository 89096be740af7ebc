import { describe, expect, it } from 'vitest';

import type { ApiEntry, ApiMember, ApiSymbol } from '../api/api-entry.ts';
import { readDocText } from '../api/doc-text.ts';
import { readHeadings } from '../api/headings.ts';
import { optionsPage } from '../api/options-page.ts';
import { PageLinks } from '../api/page-links.ts';
import { planPage } from '../api/page-plan.ts';
import { renderPage } from '../api/render-page.ts';

const symbol = (given: Partial<ApiSymbol> & { readonly name: string }): ApiSymbol => ({
  kind: 'Interface',
  doc: readDocText('/** What it is. */'),
  signatures: [`interface ${given.name}`],
  members: [],
  ...given,
});
const option = (given: Partial<ApiMember>): ApiMember => ({
  kind: 'property',
  name: 'limit',
  isOptional: true,
  type: 'number',
  doc: readDocText('/** The most. @default 7 */'),
  ...given,
});
const entry = (symbols: readonly ApiSymbol[], headings: ApiEntry['headings'] = []): ApiEntry => ({
  specifier: '@waybill/core',
  page: 'core',
  summary: 'A bus.',
  symbols,
  headings,
});
const page = (one: ApiEntry): string => {
  const plan = planPage(one, new Set());
  return renderPage(plan, new PageLinks([plan]));
};

describe('a docstring', () => {
  it('is taken apart into text, default and what is thrown', () => {
    const doc = readDocText('/**\n * How long,\n * at most.\n *\n * More.  @default 3\n *\n * @throws\n *\n * BusError\n */');
    expect(doc).toEqual({ text: 'How long, at most.\n\nMore.', defaultValue: '3', throws: 'BusError' });
  });

  it('keeps its code as it stands', () => {
    expect(readDocText('/**\n * Like so:\n * ```ts no-check\n * a(\n *   1);\n * ```\n */').text).toBe(
      'Like so:\n\n```ts no-check\na(\n  1);\n```',
    );
  });
});

describe('a page of the reference', () => {
  it('groups by the headings of the entry, and by kind where it has none', () => {
    const symbols = [symbol({ name: 'Zebra' }), symbol({ name: 'ride', kind: 'Function', signatures: ['function ride(): void'] })];
    const headings = readHeadings("// For all of us.\n\n// beasts\nexport type {\n  Zebra,\n} from './zebra.ts';\n");
    expect(page(entry(symbols, headings)).match(/^##+ .*/gm)).toEqual(['## Beasts', '### Zebra', '## Others', '### ride']);
    expect(page(entry(symbols)).match(/^##+ .*/gm)).toEqual(['## Functions', '### ride', '## Interfaces', '### Zebra']);
  });

  it('shows options with type, default and meaning, and what must be given as required', () => {
    const members = [option({}), option({ name: 'to', type: "'a' | 'b'", isOptional: false, doc: readDocText('/** Where. */') })];
    const text = page(entry([symbol({ name: 'RideOptions', members })]));
    expect(text).toContain('| `limit` | `number` | `7` | The most. |');
    expect(text).toContain("| `to` | `'a' \\| 'b'` | required | Where. |");
  });

  it('links to the anchors that GitHub gives, with a number where two differ by case only', () => {
    const ride = symbol({ name: 'ride', kind: 'Function', signatures: ['function ride(): void'] });
    const user = symbol({ name: 'User', doc: readDocText('/** See {@link Ride} and {@link Elsewhere}. */') });
    const text = page(entry([ride, symbol({ name: 'Ride' }), user]));
    expect(text).toContain('- Functions: [`ride`](#ride)\n- Interfaces: [`Ride`](#ride-1)');
    expect(text).toContain('See [`Ride`](#ride-1) and `Elsewhere`.');
  });
});

describe('the page of options', () => {
  const problemsOf = (...symbols: ApiSymbol[]): readonly string[] =>
    optionsPage([entry(symbols)], new PageLinks([])).problems.filter((problem) => !problem.includes('exported by nobody'));

  it('has every type of options, those that no section lists under their package', () => {
    const { text } = optionsPage([entry([symbol({ name: 'RideOptions', members: [option({})] })])], new PageLinks([]));
    expect(text).toContain('## @waybill/core\n\n**`RideOptions`**: What it is.\n\n| option | type | default | meaning |');
  });

  it('misses no docstring and no default', () => {
    expect(problemsOf(symbol({ name: 'RideOptions', members: [option({ doc: readDocText('') })] }))).toEqual([
      'RideOptions.limit has no docstring.',
    ]);
    expect(problemsOf(symbol({ name: 'HandlerOptions', members: [option({ doc: readDocText('') })] }))).toEqual([
      'HandlerOptions.limit has no docstring.',
    ]);
    expect(problemsOf(symbol({ name: 'HandlerOptions', members: [option({ doc: readDocText('/** The most. */') })] }))).toEqual([
      expect.stringContaining('HandlerOptions.limit does not say what is without it.'),
    ]);
    expect(problemsOf(symbol({ name: 'HandlerOptions', members: [option({}), option({ name: 'to', isOptional: false })] }))).toEqual([]);
  });

  it('strikes what is no longer exported', () => {
    expect(optionsPage([entry([])], new PageLinks([])).problems).toContainEqual(
      expect.stringContaining('BusBaseOptions is exported by nobody'),
    );
  });
});
