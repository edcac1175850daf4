/**
 * What carries messages beyond this process: the interface behind `PubSub`, to be implemented for whatever a program has. Delivery is at
 * most once: what cannot be sent now is dropped, never kept for later, so that nothing piles up while a broker is away.
 */

/** What travels: text, or bytes that nobody changes any more. */
export type PubSubMessage = string | Uint8Array;

/** Told by a driver what others have published. May be called at any time until the driver is closed; does not throw. */
export type Receive = (topic: string, message: PubSubMessage) => void;

/**
 * The road to other processes. A `PubSub` delivers to its own subscribers itself, before it calls `publish`, so a driver never gives
 * back what it was given: no echo. No method waits for the network, or throws because it is down.
 */
export interface PubSubDriver {
  /** Called once, before everything else. */
  start(receive: Receive): void;
  /**
   * There is a subscriber to this topic now, where there was none. The promise, where there is one, resolves once messages of
   * others arrive, and resolves too when the subscription is given up. It rejects with an error of this package only, where the program is
   * set up so that none can arrive; `active` of the subscription rejects with it then. Anything else is logged.
   */
  subscribe(topic: string): Promise<void> | void;
  /**
   * For a driver whose subscriptions may lapse for a while: the promise of `subscribe` as it would be now, for a topic that is subscribed
   * already and has another subscriber.
   */
  whenActive?(topic: string): Promise<void> | void;
  /** There is no subscriber to this topic any more. */
  unsubscribe(topic: string): void;
  /** To everybody else who has subscribed to the topic. */
  publish(topic: string, message: PubSubMessage): void;
  /** Lets go of everything. Nothing is called after it. */
  close(): Promise<void> | void;
}
