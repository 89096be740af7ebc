/** What must happen to a lane while one of its members waits or is dead-lettered. */
export type LaneWait = 'hold' | 'park' | 'pass';

/**
 * What a transport can do, as frozen data. Core decides by it, documentation and tests are made from it, and both sides
 * of every field are cases of the conformance suite: what is declared is proven, what is not is refused or emulated.
 * A value may depend on the endpoint; see {@link IMessageTransport.capabilitiesOf}.
 */
export interface TransportCapabilities {
  /** An accepted message outlives the process. */
  readonly durable: boolean;
  /**
   * Delayed delivery by the broker itself. `maxMs: 0` is none. `steps`: any whole millisecond, or only the delays that the
   * endpoint's topology lists. `hop`: a longer delay may be made of several. `cancel`: a delayed message can be taken back.
   */
  readonly delay: { readonly maxMs: number; readonly steps: 'any' | 'policy'; readonly hop: boolean; readonly cancel: boolean };
  /** How `redeliver` works: by a copy that is accepted before the original goes, or on the message where it stands. */
  readonly redeliver: 'copy' | 'in-place';
  /** Order per partition key: none, per slot of hashed keys, or per key. `onWait`: what it can do while a member waits. */
  readonly lanes: { readonly kind: 'none' | 'slot' | 'key'; readonly onWait: readonly LaneWait[] };
  /** How an event reaches several endpoints: each gets a copy, or all read one log and keep positions. */
  readonly fanOut: 'copy' | 'log';
  /** What the broker knows of earlier deliveries. `countsReleases`: a message given back untried counts as well. */
  readonly attempts: { readonly kind: 'none' | 'flag' | 'count'; readonly countsReleases: boolean };
  /** How long a delivery stays ours: renewed every `ms` by the adapter, up to `maxMs` in all. `undefined`: as long as the channel lives. */
  readonly lock: { readonly ms: number; readonly maxMs: number } | undefined;
  /** `ack({ sends })` is one atomic step. */
  readonly ackWithSends: boolean;
  /** Sends and acks can join a transaction of the store. */
  readonly enlists: boolean;
  /** The broker drops a second message with the same native id within the window. */
  readonly dedupe: { readonly windowMs: number; readonly scope: 'entity' | 'partition' } | undefined;
  /** How dead letters are listed: by a cursor, or by a scan that may be incomplete while others work. */
  readonly deadLetters: 'cursor' | 'scan';
  /** How replies come back: on the channel of the request, on a queue of this process, or on a shared place that is filtered. */
  readonly replies: 'channel' | 'queue' | 'shared';
  /** A message to an endpoint that does not exist is rejected as `UNROUTABLE`. */
  readonly unroutable: boolean;
  /** Within a backlog, a message of higher priority is delivered first. */
  readonly priority: boolean;
  /** The broker itself takes expired messages out of an endpoint and puts them among its dead letters. */
  readonly ttl: boolean;
  /** The most that one call to the broker carries. */
  readonly batch: { readonly count: number; readonly bytes: number };
  /** The largest body, in bytes. */
  readonly maxMessageBytes: number;
  /** The most that all names and values of the headers may weigh together, in bytes of UTF-8. */
  readonly maxHeaderBytes: number;
  /** How long `stop()` may take beyond the drain timeout, in milliseconds. */
  readonly stopSlackMs: number;
  /** The longest time after which a message may come again, in milliseconds; `Infinity` where nothing bounds it. The inbox must remember longer. */
  readonly redeliveryHorizonMs: number;
}
