import { type PagePlan } from './page-plan.ts';
import type { PageLinks } from './page-links.ts';
import { renderSymbol } from './render-symbol.ts';

/** One page of the reference: a list of what it holds, then each symbol. */
export function renderPage(plan: PagePlan, links: PageLinks): string {
  const { entry, sections, elsewhere } = plan;
  const list = (names: readonly string[]): string => names.map((name) => links.to(name, entry)).join(', ');
  const contents = sections.map(({ title, symbols }) => `- ${title}: ${list([...new Set(symbols.map(({ name }) => name))])}`);
  const others = elsewhere.length === 0 ? [] : [`Also exported here, for convenience: ${list(elsewhere)}.`];
  const linked = (text: string): string => links.in(text, entry);
  const described = sections.flatMap(({ title, symbols }) => [
    `## ${title}`,
    ...symbols.flatMap((symbol) => [`### ${symbol.name}`, renderSymbol(symbol, linked)]),
  ]);
  return `${[`# ${entry.specifier}`, `${entry.summary} ${GENERATED}`.trim(), contents.join('\n'), ...others, ...described].join('\n\n')}\n`;
}

const GENERATED = 'Generated from the docstrings by `npm run api:update`; `npm run check` compares it with the code.';
