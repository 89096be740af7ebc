import type { MaybePromise } from '../runtime/maybe-promise.ts';

/** Goes on to the next step. To be called at most once, with the context that was given. */
export type Next<Context> = (context: Context) => MaybePromise<void>;

/**
 * A function around the rest of the pipeline. It may answer at once: one that is not `async` and ends in
 * `return next(context)` costs next to nothing.
 */
export type Middleware<Context> = (context: Context, next: Next<Context>) => MaybePromise<void>;

interface NamedStep {
  readonly name: string;
  /** What the step does, in one sentence, for people who print the pipeline. */
  readonly description: string;
}

/** A step that stands around the rest of the pipeline, and may end the run. */
export interface AroundStep<Context> extends NamedStep {
  readonly run: Middleware<Context>;
  readonly apply?: never;
}

/** A step that does its part, after which the next one follows, unless it throws or rejects. */
export interface PlainStep<Context> extends NamedStep {
  readonly apply: (context: Context) => MaybePromise<void>;
  readonly run?: never;
}

/** A named position in a pipeline. Names are public: features and users put their own steps before or after them. */
export type Step<Context> = AroundStep<Context> | PlainStep<Context>;

/** What a context keeps for the pipeline: the step that may go on next. */
export interface PipelineContext {
  position: number;
}
