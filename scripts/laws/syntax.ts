/** A node of the syntax tree (ESTree with TypeScript), as far as the laws look at it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** A node, the node around it, and the name of the field that holds it. */
export interface Place {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
  readonly field: string;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Every node of the tree, outermost first. */
export function placesOf(root: SyntaxNode): readonly Place[] {
  const places: Place[] = [{ node: root, parent: undefined, field: '' }];
  for (const { node } of places) places.push(...childrenOf(node)); // the list grows while it is walked
  return places;
}

function childrenOf(parent: SyntaxNode): readonly Place[] {
  return Object.entries(parent).flatMap(([field, value]) =>
    [value]
      .flat()
      .filter(isNode)
      .map((node) => ({ node, parent, field })),
  );
}

/** The string of a string literal, or undefined. */
export function literalText(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

/** The name of an identifier, or undefined. */
export function identifierName(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}

/** `a.b.c` as text, or undefined where the expression is anything else. */
export function dottedName(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== 'MemberExpression') return identifierName(value);
  const object = dottedName(value['object']);
  const property = value['computed'] === true ? literalText(value['property']) : identifierName(value['property']);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

const KEYED = [
  'Property',
  'PropertyDefinition',
  'MethodDefinition',
  'TSPropertySignature',
  'TSMethodSignature',
  'TSAbstractMethodDefinition',
];

/** True where an identifier only names a member: `x.name`, `{ name: … }`, `name(): void` in a type. */
export function isMemberName({ parent, field }: Place): boolean {
  if (parent === undefined || parent['computed'] === true) return false;
  return (parent.type === 'MemberExpression' && field === 'property') || (KEYED.includes(parent.type) && field === 'key');
}
