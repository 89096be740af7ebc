/** What a harness throws when a test does not hold. The message says what was seen instead. */
export class TestFailure extends Error {
  override readonly name = 'TestFailure';
}
