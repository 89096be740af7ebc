import { show } from './show.ts';

/** The fields that a predicate looked at, with their values, in the order of its looking: the last is mostly the one that decided. */
export function fieldsRead(predicate: (message: unknown) => unknown, message: unknown): readonly string[] {
  const seen = new Map<string, unknown>();
  try {
    predicate(watch(message, '', seen));
  } catch (error) {
    return [...lines(seen), `then it threw ${show(error)}`];
  }
  return lines(seen);
}

/** Only the deepest fields are told: not `order` where `order.total` was read. */
function lines(seen: ReadonlyMap<string, unknown>): readonly string[] {
  const paths = Array.from(seen.keys());
  return paths
    .filter((path) => !paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[`)))
    .map((path) => `the predicate saw: ${path} is ${show(seen.get(path))}`);
}

/** Plain objects and arrays are watched; of others the methods would miss their `this`. */
function watch(value: unknown, path: string, seen: Map<string, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  return new Proxy(value, {
    get: (target, field) => {
      const inner: unknown = Reflect.get(target, field);
      if (typeof field === 'symbol' || typeof inner === 'function') return inner;
      const at = Array.isArray(target) ? `${path}[${field}]` : path === '' ? field : `${path}.${field}`;
      seen.delete(at);
      seen.set(at, inner);
      return watch(inner, at, seen);
    },
  });
}
