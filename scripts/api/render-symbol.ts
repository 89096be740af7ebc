import type { ApiMember, ApiSymbol } from './api-entry.ts';
import type { DocText } from './doc-text.ts';
import { code, codeBlock, prose, table } from './markdown.ts';

/** Makes the links in a text; see `PageLinks.in`. */
export type Linked = (text: string) => string;

/** A symbol with its docstring and its members, without a heading. */
export function renderSymbol(symbol: ApiSymbol, linked: Linked): string {
  const parts = [signatureOf(symbol), renderDoc(symbol.doc, linked), renderMembers(symbol, linked)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The members: properties as a table, methods as a list. */
export function renderMembers({ name, members }: ApiSymbol, linked: Linked): string {
  const properties = members.filter(({ kind }) => kind === 'property');
  const methods = members.filter(({ kind }) => kind === 'method');
  const isOptions = name.endsWith('Options') || properties.some(({ doc }) => doc.defaultValue !== undefined);
  const shown = properties.length === 0 ? '' : isOptions ? optionTable(properties, linked) : propertyTable(properties, linked);
  return [shown, methods.map((method) => renderMethod(method, linked)).join('\n')].filter((part) => part !== '').join('\n\n');
}

/** A docstring in Markdown, with what is thrown as its last paragraph. */
export function renderDoc({ text, throws }: DocText, linked: Linked): string {
  const thrown = throws === undefined ? '' : `Throws ${prose(linked(throws.replace(/\.$/, '')))}.`;
  return [prose(linked(text)), thrown].filter((part) => part !== '').join('\n\n');
}

const LONGEST_LINE = 120;
const LONGEST_VALUE = 12;

function signatureOf({ kind, signatures }: ApiSymbol): string {
  const shown = signatures.map((one) => (kind === 'Variable' ? shortened(one) : one));
  const all = shown.join('\n');
  return kind !== 'Function' && !all.includes('\n') && all.length <= LONGEST_LINE ? code(all) : codeBlock(all);
}

/** A value that is a long table of its own has a page of its own. */
function shortened(signature: string): string {
  return signature.split('\n').length > LONGEST_VALUE ? signature.replace(/\{[\s\S]*\}/, '{ … }') : signature;
}

function optionTable(properties: readonly ApiMember[], linked: Linked): string {
  const rows = properties.map(({ name, type, isOptional, doc }) => [
    code(name),
    code(type),
    isOptional ? value(doc.defaultValue ?? '') : 'required',
    meaning(doc, linked),
  ]);
  return table(['option', 'type', 'default', 'meaning'], rows);
}

function propertyTable(properties: readonly ApiMember[], linked: Linked): string {
  const rows = properties.map(({ name, type, isOptional, doc }) => [
    code(`${name}${isOptional ? '?' : ''}`),
    code(type),
    meaning(doc, linked),
  ]);
  return table(['property', 'type', 'meaning'], rows);
}

function renderMethod({ type, doc }: ApiMember, linked: Linked): string {
  const text = meaning(doc, linked);
  return `- ${code(type)}${text === '' ? '' : `: ${text.replaceAll(/\n+/g, ' ')}`}`;
}

function meaning(doc: DocText, linked: Linked): string {
  return renderDoc(doc, linked);
}

/** A value is code; a word of the language and a sentence are none. */
function value(text: string): string {
  return /^(true|false|[^\s`]*[^\s`a-z][^\s`]*)$/.test(text) ? code(text) : prose(text);
}
