import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { ReceiveEndpoint } from '../receiving/receive-endpoint.ts';
import type { EndpointControl } from './bus.ts';
import { isPositiveInteger } from './endpoint-problems.ts';

/** One endpoint of a running bus, as its users see it. */
export function controlOf(name: string, running: ReceiveEndpoint): EndpointControl {
  return {
    name,
    get paused() {
      return running.paused;
    },
    get inFlight() {
      return running.inFlight;
    },
    get concurrency() {
      return running.concurrency;
    },
    get eventLoopBlocked() {
      return running.blocked;
    },
    pause: () => running.pause(),
    resume: () => running.resume(),
    setConcurrency: (concurrency) => {
      if (!isPositiveInteger(concurrency))
        throw new ConfigurationError(
          'OPTION_INVALID',
          `The concurrency ${nameValue(concurrency)} is not allowed. Use a whole number from 1.`,
        );
      running.setConcurrency(concurrency);
    },
  };
}
