import { type ApiEntry, type ApiSymbol, SYMBOL_KINDS, type SymbolKind } from './api-entry.ts';

/** What stands on a page of the reference, in order. */
export interface PagePlan {
  readonly entry: ApiEntry;
  readonly sections: readonly PageSection[];
  /** What another page describes already, and this entry exports as well. */
  readonly elsewhere: readonly string[];
}

interface PageSection {
  readonly title: string;
  readonly symbols: readonly ApiSymbol[];
}

const TITLES: Readonly<Record<SymbolKind, string>> = {
  Function: 'Functions',
  Class: 'Classes',
  Variable: 'Values',
  Interface: 'Interfaces',
  TypeAlias: 'Types',
};

/** Plans a page: by the headings of the entry where it has some, else by kind; `described` is what earlier pages hold. */
export function planPage(entry: ApiEntry, described: ReadonlySet<string>): PagePlan {
  const own = entry.symbols.filter(({ name }) => !described.has(name)).toSorted(byKindAndName);
  const sections = entry.headings.length === 0 ? byKind(own) : byHeading(entry, own);
  const elsewhere = entry.symbols.map(({ name }) => name).filter((name) => described.has(name));
  return { entry, sections: sections.filter(({ symbols }) => symbols.length > 0), elsewhere: [...new Set(elsewhere)] };
}

/** All headings of a page, from top to bottom; those of symbols with their symbol. */
export function headingsOf(plan: PagePlan): readonly { readonly text: string; readonly symbol?: ApiSymbol }[] {
  const own = plan.sections.flatMap(({ title, symbols }) => [{ text: title }, ...symbols.map((symbol) => ({ text: symbol.name, symbol }))]);
  return [{ text: plan.entry.specifier }, ...own];
}

function byKindAndName(left: ApiSymbol, right: ApiSymbol): number {
  return SYMBOL_KINDS.indexOf(left.kind) - SYMBOL_KINDS.indexOf(right.kind) || left.name.localeCompare(right.name, 'en');
}

function byKind(symbols: readonly ApiSymbol[]): readonly PageSection[] {
  return SYMBOL_KINDS.map((kind) => ({ title: TITLES[kind], symbols: symbols.filter((symbol) => symbol.kind === kind) }));
}

function byHeading({ headings }: ApiEntry, symbols: readonly ApiSymbol[]): readonly PageSection[] {
  const listed = new Set(headings.flatMap(({ names }) => names));
  const sections = headings.map(({ title, names }) => ({
    title: title.charAt(0).toUpperCase() + title.slice(1),
    symbols: symbols.filter(({ name }) => names.includes(name)),
  }));
  return [...sections, { title: 'Others', symbols: symbols.filter(({ name }) => !listed.has(name)) }];
}
