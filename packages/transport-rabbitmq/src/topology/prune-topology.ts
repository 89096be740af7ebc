import type { KeptEntity, PlannedEntity, TopologyPlan, TopologyPruning } from '@waybill/core/transport';
import type { BrokerListing, ListedEntity } from './broker-listing.ts';
import { brokerRefusal } from './broker-refusal.ts';
import { bind } from './declare-entity.ts';
import type { DeclaringChannel } from './declaring-channel.ts';
import { declareError } from './topology-errors.ts';

/** What pruning works with. */
export interface PruneParts {
  readonly plan: TopologyPlan;
  readonly channel: DeclaringChannel;
  readonly listing: BrokerListing;
  /** Tells only. */
  readonly dryRun: boolean;
}

/**
 * Removes what bears the mark of the plan's owner and is not in the plan: bindings of what the plan holds, then queues that are empty and
 * unread, then exchanges that lead nowhere any more. What is kept is kept with its bindings. Temporary queues go by themselves.
 */
export async function pruneTopology(parts: PruneParts): Promise<TopologyPruning> {
  const { plan, listing } = parts;
  if (plan.owner === undefined) return { removed: [], kept: [] };
  const planned = new Set(plan.entities.map(keyOf));
  const isOrphan = ({ entity, owner }: ListedEntity): boolean => owner === plan.owner && !planned.has(keyOf(entity));
  const run = new Pruning(parts);
  const bindings = (await listing.bindings()).filter(isOrphan);
  for (const { entity } of bindings.filter(({ entity: one }) => planned.has(destinationKey(one)))) await run.remove(entity);
  for (const { entity } of (await listing.queues()).filter(isOrphan)) if (!isTemporary(entity)) await run.removeQueue(entity);
  for (const { entity } of (await listing.exchanges()).filter(isOrphan)) await run.removeExchange(entity, bindings);
  return { removed: run.removed, kept: run.kept };
}

/** One run: what it has removed and left. */
class Pruning {
  readonly removed: PlannedEntity[] = [];
  readonly kept: KeptEntity[] = [];
  readonly #parts: PruneParts;

  constructor(parts: PruneParts) {
    this.#parts = parts;
  }

  async removeQueue(entity: PlannedEntity): Promise<void> {
    const reason = await this.#useOf(entity);
    if (reason === undefined) await this.remove(entity);
    else this.#keep(entity, reason);
  }

  /** An exchange that leads to a queue that was kept is needed as long as that. */
  async removeExchange(entity: PlannedEntity, bindings: readonly ListedEntity[]): Promise<void> {
    const gone = new Set(this.removed.map(keyOf));
    const leadsOn = bindings.some(({ entity: one }) => one.settings['source'] === entity.name && !gone.has(destinationKey(one)));
    if (leadsOn) this.#keep(entity, 'it leads to a queue that is kept');
    else await this.remove(entity);
  }

  /**
   * The broker looks once more whether a classic queue is empty and unused, at that moment. Of a quorum queue it cannot be asked that: it
   * ends the connection with 540. There it was looked at just before, and only what is sent straight to it in that moment goes with it.
   */
  async remove(entity: PlannedEntity): Promise<void> {
    const { channel, dryRun } = this.#parts;
    try {
      if (!dryRun)
        await channel.run(async (open) => {
          if (entity.kind === 'binding') await bind(open, entity.settings, 'unbind');
          else if (entity.kind === 'queue') await open.deleteQueue(entity.name, conditionsOf(entity));
          else await open.deleteExchange(entity.name, { ifUnused: true });
        });
      this.removed.push(entity);
    } catch (error) {
      const refusal = brokerRefusal(error);
      if (refusal?.is !== 'refused') throw declareError(entity, error);
      this.#keep(entity, refusal.text);
    }
  }

  /** Asked of the queue itself: what the management API tells is some seconds old. */
  async #useOf(entity: PlannedEntity): Promise<string | undefined> {
    try {
      const { messageCount, consumerCount } = await this.#parts.channel.run((open) => open.checkQueue(entity.name));
      if (messageCount > 0) return `it holds ${messageCount} ${messageCount === 1 ? 'message' : 'messages'}`;
      return consumerCount > 0 ? `${consumerCount} ${consumerCount === 1 ? 'consumer reads' : 'consumers read'} from it` : undefined;
    } catch (error) {
      throw declareError(entity, error);
    }
  }

  #keep(entity: PlannedEntity, reason: string): void {
    this.kept.push({ entity, reason });
  }
}

function conditionsOf({ settings }: PlannedEntity): { readonly ifUnused: boolean; readonly ifEmpty: boolean } {
  const isAsked = settings['x-queue-type'] !== 'quorum';
  return { ifUnused: isAsked, ifEmpty: isAsked };
}

const keyOf = ({ kind, name }: PlannedEntity): string => `${kind} ${name}`;

const destinationKey = ({ settings }: PlannedEntity): string => `${settings['destinationKind']} ${settings['destination']}`;

const isTemporary = ({ settings }: PlannedEntity): boolean => settings['x-expires'] !== undefined;
