/** Whose fault an expected failure is: it decides the log level and the metric label. */
export type Fault = 'caller' | 'far-end' | 'box' | 'network'

/** Expected trouble that carries its own verdict. Anything else that is thrown is a bug: 500 and a stack in the log. */
export abstract class GatewayError extends Error {
  /** The status the caller gets when nothing better comes (RFC 3261 §21). */
  abstract readonly sipStatus: number
  abstract readonly fault: Fault
  /** Whether the hunt may go on to the next target of the route. */
  abstract readonly tryNextTarget: boolean

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}
