import type { ApiEntry, ApiSymbol } from './api-entry.ts';
import { code } from './markdown.ts';
import { OPTION_SECTIONS, type OptionSection } from './option-sections.ts';
import type { PageLinks } from './page-links.ts';
import { renderDoc, renderMembers } from './render-symbol.ts';

/** The page of all options, and those that it does not hold or does not explain. */
export function optionsPage(
  entries: readonly ApiEntry[],
  links: PageLinks,
): { readonly text: string; readonly problems: readonly string[] } {
  const known = new Map(entries.flatMap(({ symbols }) => symbols.filter(holdsOptions).map((symbol) => [symbol.name, symbol] as const)));
  const linked = (text: string): string => links.in(text, OPTIONS_PAGE, 'api/');
  const sections = [...OPTION_SECTIONS, ...unlistedSections(entries)];
  const types = sections.flatMap((section) => section.types);
  const described = sections.flatMap((section) => [
    `## ${section.title}`,
    ...section.types.map((name) => describe(known.get(name), linked, links)),
  ]);
  const text = `${['# Options', ...INTRODUCTION, ...described].join('\n\n')}\n`;
  return { text, problems: [...unknown(known), ...unexplained(types, known)] };
}

const OPTIONS_PAGE = { page: '../options' };
const INTRODUCTION = [
  'Every option of what an application calls. Generated from the docstrings by `npm run api:update`; `npm run check` compares it with the code.',
  "A `Duration` is a number and a unit (`'500ms'`, `'10s'`, `'5m'`, `'1h'`, `'7d'`), or a number of milliseconds. A wrong value and an unknown name are refused; " +
    'where `createBus` refuses it says all that is wrong at once. More about types: [the API](api/core.md).',
];

const holdsOptions = ({ kind }: ApiSymbol): boolean => kind === 'Interface' || kind === 'TypeAlias';

function describe(symbol: ApiSymbol | undefined, linked: (text: string) => string, links: PageLinks): string {
  if (symbol === undefined) return '';
  const [signature = ''] = symbol.signatures;
  const extended = / extends ((?:Omit|Pick|[A-Z]\w*Options).*)$/s.exec(signature.replace(/^interface \w+<[^=]*=[^>]*>/, 'interface'))?.[1];
  const beside = extended === undefined ? '' : ` With those of ${code(extended)}.`;
  const heading = `**${links.to(symbol.name, OPTIONS_PAGE, 'api/')}**: ${renderDoc(symbol.doc, linked)}${beside}`;
  return [heading, renderMembers(symbol, linked)].filter((part) => part !== '').join('\n\n');
}

function listedTypes(): readonly string[] {
  return OPTION_SECTIONS.flatMap(({ types }) => types);
}

/** What else an application can give: one section a package. The suite and the other entries are for authors of adapters. */
function unlistedSections(entries: readonly ApiEntry[]): readonly OptionSection[] {
  const applications = entries.filter(({ specifier }) => /^@waybill\/(?!conformance)[^/]+$/.test(specifier));
  const listed = listedTypes();
  const isUnlisted = ({ name }: ApiSymbol): boolean => name.endsWith('Options') && !listed.includes(name);
  const sections = applications.map(({ specifier, symbols }) => ({
    title: specifier,
    types: symbols.filter((symbol) => holdsOptions(symbol) && isUnlisted(symbol)).map(({ name }) => name),
  }));
  return sections.filter(({ types }) => types.length > 0);
}

function unknown(known: ReadonlyMap<string, ApiSymbol>): readonly string[] {
  return listedTypes()
    .filter((name) => !known.has(name))
    .map((name) => `${name} is exported by nobody. Strike it from scripts/api/option-sections.ts.`);
}

/** Each option says what it means, and an optional one what is without it. */
function unexplained(types: readonly string[], known: ReadonlyMap<string, ApiSymbol>): readonly string[] {
  return types.flatMap((name) =>
    (known.get(name)?.members ?? [])
      .filter(({ kind }) => kind === 'property')
      .flatMap(({ name: option, isOptional, doc }) => {
        if (doc.text === '') return [`${name}.${option} has no docstring.`];
        return isOptional && doc.defaultValue === undefined ? [`${name}.${option} does not say what is without it. Add \`@default\`.`] : [];
      }),
  );
}
