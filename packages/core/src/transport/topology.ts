/**
 * What a bus needs of its broker, as a value: computed first, then printed, compared, applied. Names are Waybill's;
 * adapters map them to what the broker allows.
 */
export interface Topology {
  readonly endpoints: readonly EndpointTopology[];
  readonly topics: readonly TopicTopology[];
  readonly subscriptions: readonly SubscriptionTopology[];
  /** The bus that needs it, namespace included. What is made is marked with it where the broker can; only its own may be pruned. */
  readonly owner?: string;
  /** It adds to what a whole topology has made before: what all endpoints share is there, and need not be planned again. @default false */
  readonly addition?: boolean;
}

/** One endpoint: a place that receives, its dead letters, and the place for messages that nobody there handles. */
export interface EndpointTopology {
  readonly name: string;
  /** Name of the place for dead letters. */
  readonly deadLetter: string;
  /** Name of the place for messages of unknown names. */
  readonly skipped: string;
  /** Deliveries of one partition key form a lane. */
  readonly ordered: boolean;
  /** The delays, in milliseconds, that the recovery policy may ask `redeliver` for. */
  readonly redeliveryDelaysMs: readonly number[];
  /**
   * It belongs to one bus: it goes when the transport that has applied it closes, and by itself, after a time, when the
   * process ends without that. A lost connection that heals in time leaves it. Its dead letters stay. @default false
   */
  readonly temporary?: boolean;
  /** Options of this endpoint for this transport, made by the transport's own factory. */
  readonly options: EndpointTransportOptions | undefined;
}

/** A value that a transport's own `xyz.endpoint({ … })` makes; another transport's value is refused at start. */
export interface EndpointTransportOptions<Name extends string = string> {
  /** Name of the transport that made it. */
  readonly transport: Name;
}

/** One topic: a name that events are published to. */
export interface TopicTopology {
  readonly name: string;
}

/** "Copies of what is published to `topic` go to `endpoint`." */
export interface SubscriptionTopology {
  readonly topic: string;
  readonly endpoint: string;
}

/** One thing that the broker must hold: a queue, an exchange, a topic, a binding. */
export interface PlannedEntity {
  /** The broker's word for it. */
  readonly kind: string;
  /** The name at the broker. */
  readonly name: string;
  /** The name that Waybill gave, where the broker's differs. */
  readonly wanted?: string;
  /** What it is a part of, where many entities are one thing for people: a description shows them in one line. */
  readonly group?: string;
  /** What it is declared with. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** What `apply` would make, in that order. A value: printable, comparable, without secrets. */
export interface TopologyPlan {
  readonly entities: readonly PlannedEntity[];
  /** The {@link Topology.owner} that it was planned for. */
  readonly owner?: string;
}

/** One difference between a plan and the broker. */
export interface TopologyDifference {
  readonly entity: PlannedEntity;
  /** Not there · there with another setting. */
  readonly kind: 'missing' | 'different';
  /** The setting that differs, with what is wanted and what is there. */
  readonly setting?: string;
  readonly wanted?: string;
  readonly actual?: string;
}

/** What pruning has removed, or would remove, and what it has left and why. */
export interface TopologyPruning {
  readonly removed: readonly PlannedEntity[];
  readonly kept: readonly KeptEntity[];
}

/** An entity that no plan of its owner holds and that is in use all the same. */
export interface KeptEntity {
  readonly entity: PlannedEntity;
  /** Why it was left: it holds messages, somebody reads from it. */
  readonly reason: string;
}
