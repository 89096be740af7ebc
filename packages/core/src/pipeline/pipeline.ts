import { DeliveryError } from '../errors/bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Next, PipelineContext, Step } from './step.ts';

/**
 * Links steps into one function, once, at start. Each step's `next` works once per context: a second call fails with
 * `NEXT_CALLED_TWICE`. A step that does not call `next` ends the run there.
 */
export function linkSteps<Context extends PipelineContext>(steps: readonly Step<Context>[]): (context: Context) => MaybePromise<void> {
  let linked: Next<Context> = () => undefined;
  for (let index = steps.length - 1; index >= 0; index -= 1) linked = linkStep(steps[index] as Step<Context>, index, linked);
  return linked;
}

function linkStep<Context extends PipelineContext>(step: Step<Context>, index: number, rest: Next<Context>): Next<Context> {
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
