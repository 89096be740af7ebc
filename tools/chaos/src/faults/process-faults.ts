import { setTimeout as pause } from 'node:timers/promises';

import type { Role, Slot } from '../processes/slot.ts';
import { between, type ChaosFault, pick, type Random } from './chaos-fault.ts';

/** A frozen process is mostly back before anybody has noticed, and sometimes long after the broker has given it up. */
const SHORT_MS = [300, 2_000] as const;
const LONG_MS = [7_000, 9_000] as const;
const LONG_SHARE = 0.3;

/** Of producers, consumers and relays: killed, stopped, frozen. A process that has ended is followed by another at once. */
export function processFaults(slots: readonly Slot[]): readonly ChaosFault[] {
  const of = (role: Role): readonly Slot[] => slots.filter(({ options }) => options.role === role);
  const [producers, consumers, relays] = [of('producer'), of('consumer'), of('relay')];
  const isFree = ({ isUp, options }: Slot): boolean => isUp && !options.isVeteran;
  return [
    ending('kill-producer', producers, isFree, (slot) => slot.kill()),
    ending('stop-producer', producers, isFree, (slot) => slot.stop()),
    freezing('freeze-producer', producers),
    ending(
      'kill-consumer',
      consumers,
      (slot) => isFree(slot) && slot.isHandling,
      (slot) => slot.kill(),
    ),
    ending('stop-consumer', consumers, isFree, (slot) => slot.stop()),
    freezing('freeze-consumer', consumers),
    ...(relays.length === 0 ? [] : relayFaults(relays, isFree)),
  ];
}

function relayFaults(relays: readonly Slot[], isFree: (slot: Slot) => boolean): readonly ChaosFault[] {
  return [
    ending('kill-relay', relays, isFree, (slot) => slot.kill()),
    ending('stop-relay', relays, isFree, (slot) => slot.stop()),
    freezing('freeze-relay', relays),
  ];
}

function ending(kind: string, slots: readonly Slot[], fits: (slot: Slot) => boolean, end: (slot: Slot) => Promise<boolean>): ChaosFault {
  return striking(kind, slots, fits, async (slot) => {
    const hit = await end(slot);
    slot.launch();
    return hit;
  });
}

function freezing(kind: string, slots: readonly Slot[]): ChaosFault {
  return striking(
    kind,
    slots,
    ({ isUp }) => isUp,
    async ({ process: frozen }, random) => {
      const [least, most] = random() < LONG_SHARE ? LONG_MS : SHORT_MS;
      frozen.freeze();
      await pause(between(random, least, most));
      frozen.thaw();
      return frozen.isRunning;
    },
  );
}

function striking(
  kind: string,
  slots: readonly Slot[],
  fits: (slot: Slot) => boolean,
  strike: (slot: Slot, random: Random) => Promise<boolean>,
): ChaosFault {
  return {
    kind,
    strike: async (random) => {
      const slot = pick(slots, random, fits);
      if (slot === undefined) return undefined;
      slot.isBusy = true;
      try {
        return { on: [slot.options.name], hit: await strike(slot, random) };
      } finally {
        slot.isBusy = false;
      }
    },
  };
}
