import type { HandlerOptions } from '../handling/handler.ts';
import type { AnyHandlerClass } from '../handling/handler-class.ts';
import type { Contract } from '../messages/contract.ts';

/** What one decorator says. */
export interface HandlerMark {
  readonly contract: Contract;
  readonly method: string | symbol;
  readonly options: HandlerOptions<never>;
}

/** Shared by all copies of this package in a process. */
const MARKS = Symbol.for('@waybill/core/handles');

/** Writes a mark on a class, or on a method where its class is not known yet. */
export function markHandler(target: object, mark: HandlerMark): void {
  Object.defineProperty(target, MARKS, { value: Object.freeze([...ownMarks(target), Object.freeze(mark)]), configurable: true });
}

/** The marks of a class and of the classes that it extends; of a method that is marked again, only the last class counts. */
export function marksOf(handlerClass: AnyHandlerClass): readonly HandlerMark[] {
  const byMethod = new Map<string | symbol, readonly HandlerMark[]>();
  for (const one of lineOf(handlerClass)) {
    const own = [...ownMarks(one), ...methodMarks(one)];
    for (const method of new Set(own.map((mark) => mark.method)))
      byMethod.set(
        method,
        own.filter((mark) => mark.method === method),
      );
  }
  return Array.from(byMethod.values()).flat();
}

/** The class and those that it extends, the outermost ancestor first. */
function lineOf(handlerClass: AnyHandlerClass): readonly AnyHandlerClass[] {
  const line: AnyHandlerClass[] = [];
  for (let one: unknown = handlerClass; typeof one === 'function' && one !== Function.prototype; one = Object.getPrototypeOf(one))
    line.unshift(one as AnyHandlerClass);
  return line;
}

function methodMarks({ prototype }: AnyHandlerClass): readonly HandlerMark[] {
  return Reflect.ownKeys(prototype ?? {}).flatMap((key) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, key)?.value;
    return typeof method === 'function' && key !== 'constructor' ? ownMarks(method) : [];
  });
}

function ownMarks(target: object): readonly HandlerMark[] {
  return Object.hasOwn(target, MARKS) ? (target as { readonly [MARKS]: readonly HandlerMark[] })[MARKS] : [];
}
