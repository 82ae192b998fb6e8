/** Something with a life of its own: it does nothing before `start()` and holds nothing after `stop()`. */
export interface Part {
  readonly name: string
  start(): Promise<void>
  /** Ends all work and waits. Safe to call twice, and after a failed start. */
  stop(): Promise<void>
}
