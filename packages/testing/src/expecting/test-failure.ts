/** What a harness throws when a test does not hold. The message says what was seen instead. */
export class TestFailure extends Error {
  override readonly name = 'TestFailure';
}

/**
 * Does the work of a method, and lets its {@link TestFailure} point to the line that called the method: to the test, not into
 * the harness. To be called by the method itself, before anything is awaited.
 */
export async function failingAtCaller<T>(work: () => Promise<T>): Promise<T> {
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, failingAtCaller);
  try {
    return await work();
  } catch (error) {
    if (error instanceof TestFailure) error.stack = `${error.name}: ${error.message}\n${framesOfCaller(site.stack)}`;
    throw error;
  }
}

/** Without the headline, and without the method itself. */
const framesOfCaller = (stack: string | undefined): string => (stack ?? '').split('\n').slice(2).join('\n');
