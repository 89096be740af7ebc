import { DeliveryError } from '../errors/bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { AroundStep, Next, PipelineContext, PlainStep, Step } from './step.ts';

/**
 * Links steps into one function, once, at start. Each step's `next` works once per context: a second call fails with
 * `NEXT_CALLED_TWICE`. A step that does not call `next` ends the run there.
 */
export function linkSteps<Context extends PipelineContext>(steps: readonly Step<Context>[]): (context: Context) => MaybePromise<void> {
  let linked: Next<Context> = () => undefined;
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const step = steps[index] as Step<Context>;
    if (step.apply === undefined) linked = linkAround(step, index, linked);
    else {
      const after = index + 1;
      while (steps[index - 1]?.apply !== undefined) index -= 1;
      linked = linkPlain(steps.slice(index, after) as PlainStep<Context>[], after, linked);
    }
  }
  return linked;
}

function linkAround<Context extends PipelineContext>(step: AroundStep<Context>, index: number, rest: Next<Context>): Next<Context> {
  const next: Next<Context> = (context) => {
    if (context.position !== index) {
      throw new DeliveryError('NEXT_CALLED_TWICE', `The step "${step.name}" called \`next\` twice. Call it once.`, {
        details: { step: step.name },
      });
    }
    context.position = index + 1;
    return rest(context);
  };
  const { run } = step;
  return (context) => run(context, next);
}

/** Neighbouring steps that only do their part run in a loop: two calls less for each. */
function linkPlain<Context extends PipelineContext>(
  steps: readonly PlainStep<Context>[],
  position: number,
  rest: Next<Context>,
): Next<Context> {
  const parts = steps.map(({ apply }) => apply);
  return (context) => {
    for (let index = 0; index < parts.length; index += 1) {
      const waits = (parts[index] as Next<Context>)(context);
      if (isPromise(waits)) return applyRest(context, waits, parts.slice(index + 1), position, rest);
    }
    context.position = position;
    return rest(context);
  };
}

async function applyRest<Context extends PipelineContext>(
  context: Context,
  waits: Promise<void>,
  parts: readonly Next<Context>[],
  position: number,
  rest: Next<Context>,
): Promise<void> {
  await waits;
  for (const apply of parts) await apply(context);
  context.position = position;
  return rest(context);
}
