import { takeHeaders } from '../../messages/user-headers.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Takes over the user's own headers, once each is checked. */
export const applyHeaders: PlainStep<OutgoingContext> = {
  name: 'apply-headers',
  description: "Checks the user's own headers and takes them over.",
  apply: (context) => {
    const own = context.options.headers;
    if (own !== undefined) takeHeaders(own, (name, value) => context.headers.set(name, value));
  },
};
