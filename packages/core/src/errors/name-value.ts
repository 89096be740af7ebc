const MAX_TEXT_LENGTH = 60;

/** A value as an error message names it: short, on one line, and nothing of what is inside an object. */
export function nameValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > MAX_TEXT_LENGTH ? `${value.slice(0, MAX_TEXT_LENGTH)}…` : value);
  if (typeof value === 'function') return nameFunction(value.name, isClass(value) ? 'class' : 'function');
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

const nameFunction = (name: string, kind: string): string => (name === '' ? `a ${kind}` : `the ${kind} "${name}"`);

/** True for classes, also where they are compiled to functions with a prototype of methods. */
export function isClass(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  if (Function.prototype.toString.call(value).startsWith('class')) return true;
  return Object.getOwnPropertyNames(value.prototype ?? {}).some((name) => name !== 'constructor');
}
