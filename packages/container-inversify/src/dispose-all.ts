/**
 * Disposes each instance that can be, one after another; all, also when one fails.
 * @throws the error of the one that failed, or an `AggregateError` of several
 */
export async function disposeAll(instances: readonly unknown[]): Promise<void> {
  const errors: unknown[] = [];
  for (const instance of instances) {
    try {
      await disposeOne(instance as Partial<AsyncDisposable & Disposable>);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} instances could not be disposed`);
}

async function disposeOne(instance: Partial<AsyncDisposable & Disposable>): Promise<void> {
  if (typeof instance?.[Symbol.asyncDispose] === 'function') await instance[Symbol.asyncDispose]?.();
  else if (typeof instance?.[Symbol.dispose] === 'function') instance[Symbol.dispose]?.();
}
