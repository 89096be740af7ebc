import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Publishable } from '../checks/publishable.ts';
import { type DocText, readDocText } from './doc-text.ts';
import { type Heading, readHeadings } from './headings.ts';

/** One entry of a package: `@waybill/core/transport`. */
export interface ApiEntry {
  /** As it is imported. */
  readonly specifier: string;
  /** The name of its page: `core-transport`. */
  readonly page: string;
  /** For whom it is: the sentence at the top of its source, or for the first entry that of the package. */
  readonly summary: string;
  readonly symbols: readonly ApiSymbol[];
  /** The headings in the entry's source, with the names below each; none where it has none. */
  readonly headings: readonly Heading[];
}

export const SYMBOL_KINDS = ['Function', 'Class', 'Variable', 'Interface', 'TypeAlias'] as const;
export type SymbolKind = (typeof SYMBOL_KINDS)[number];

/** Something that an entry exports; the overloads of a function are one. */
export interface ApiSymbol {
  readonly kind: SymbolKind;
  readonly name: string;
  readonly doc: DocText;
  /** As it is declared, without `export` and without members; one for each overload. */
  readonly signatures: readonly string[];
  readonly members: readonly ApiMember[];
}

/** A member of an interface or of a class. */
export interface ApiMember {
  readonly kind: 'property' | 'method';
  readonly name: string;
  readonly isOptional: boolean;
  /** The type of a property, the signature of a method. */
  readonly type: string;
  readonly doc: DocText;
}

/** Reads the model that the extractor has written; `one` is the package of the entry. */
export function readEntry(root: string, one: Publishable, entry: string, modelPath: string): ApiEntry {
  const model = JSON.parse(readFileSync(modelPath, 'utf8')) as { readonly members: readonly [RawItem] };
  const short = one.manifest.name.replace('@waybill/', '');
  const isMain = entry === 'index';
  const source = readFileSync(join(root, one.folder, 'src', `${entry}.ts`), 'utf8');
  return {
    specifier: isMain ? one.manifest.name : `${one.manifest.name}/${entry}`,
    page: isMain ? short : `${short}-${entry}`,
    summary: isMain ? (one.manifest.description ?? '') : (/^\/\/ (.+\.)$/m.exec(source)?.[1] ?? ''),
    symbols: symbolsOf(model.members[0].members ?? []),
    headings: readHeadings(source),
  };
}

/** What is read of the extractor's `.api.json`. */
interface RawItem {
  readonly kind: string;
  readonly name?: string;
  readonly docComment?: string;
  readonly excerptTokens?: readonly { readonly text: string }[];
  readonly propertyTypeTokenRange?: { readonly startIndex: number; readonly endIndex: number };
  readonly isOptional?: boolean;
  readonly members?: readonly RawItem[];
}

function symbolsOf(items: readonly RawItem[]): readonly ApiSymbol[] {
  const symbols = new Map<string, ApiSymbol>();
  for (const item of items) {
    const symbol = readSymbol(item);
    const key = `${symbol.kind} ${symbol.name}`;
    const before = symbols.get(key);
    symbols.set(key, before === undefined ? symbol : overloaded(before, symbol));
  }
  return [...symbols.values()];
}

function overloaded(first: ApiSymbol, next: ApiSymbol): ApiSymbol {
  return { ...first, doc: first.doc.text === '' ? next.doc : first.doc, signatures: [...first.signatures, ...next.signatures] };
}

function readSymbol(item: RawItem): ApiSymbol {
  const prefix = item.kind === 'Variable' ? 'const ' : '';
  return {
    kind: item.kind as SymbolKind,
    name: (item.name ?? '').replace(/_\d+$/, ''),
    doc: readDocText(item.docComment ?? ''),
    signatures: [prefix + cleaned(textOf(item))],
    members: (item.members ?? []).map(readMember),
  };
}

function readMember(item: RawItem): ApiMember {
  const range = item.propertyTypeTokenRange;
  const name = item.name ?? item.kind.toLowerCase();
  return {
    kind: range === undefined ? 'method' : 'property',
    name,
    isOptional: item.isOptional === true,
    type: range === undefined ? cleaned(textOf(item)) : textOf(item, range.startIndex, range.endIndex),
    doc: readDocText(item.docComment ?? ''),
  };
}

function textOf({ excerptTokens = [] }: RawItem, start = 0, end = excerptTokens.length): string {
  return excerptTokens
    .slice(start, end)
    .map(({ text }) => text)
    .join('')
    .trim();
}

function cleaned(text: string): string {
  return text
    .replace(/^export /, '')
    .replace(/^declare /, '')
    .replace(/;$/, '')
    .replaceAll(/\b([A-Z]\w*)_\d+\b/g, '$1');
}
