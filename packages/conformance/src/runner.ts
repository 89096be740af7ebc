/** The functions of a test runner that the suite needs; vitest, node:test, Jest and Mocha have them. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/**
 * How a case was met: the behaviour is `proven`; the capability is absent, and its refusal is proven, or core's emulation
 * is; or the harness has no such fault to offer, and the case was not run.
 */
export type Verdict = 'proven' | 'refused' | 'emulated' | 'not offered';

/** Fails a case with a sentence. */
export function expectThat(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(`conformance: ${sentence}`);
}
