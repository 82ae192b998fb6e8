import { freePort } from '../support/free-port.ts'
import { callerFields, registerFields } from '../support/sipp-fields.ts'
import { SippRun, type SippStats } from '../support/sipp-run.ts'
import { site } from '../support/site.ts'

export interface GoodTrafficOptions {
  /** `host:port` of the box. */
  readonly target: string
  readonly callers: readonly string[]
  readonly callee: string
  /** Another phone that answers, for the calls that malformed traffic brings about. */
  readonly victim: string
  readonly callsPerSecond: number
  readonly seconds: number
  readonly holdMs: number
}

/** Messages that one call sends to the box: INVITE, ACK, INVITE, ACK, BYE of the caller, 180, 200, 200 of the callee. */
export const messagesOfACall = 8

const maxCalls = 20_000
const graceSeconds = 120

/** Calls with digest between phones, by SIPp. */
export class GoodTraffic {
  readonly #options: GoodTrafficOptions
  readonly #answering: SippRun[] = []

  constructor(options: GoodTrafficOptions) {
    this.#options = options
  }

  /** Registers the phones that are called, and has them wait. */
  async start(): Promise<void> {
    await this.#answer(this.#options.callee)
    await this.#answer(this.#options.victim)
  }

  /** Places all the calls; resolves when the last one is over. */
  async run(): Promise<SippStats> {
    const { target, callers, callee, callsPerSecond, seconds, holdMs } = this.#options
    return new SippRun({
      scenario: 'caller',
      target,
      port: await freePort(),
      calls: callsPerSecond * seconds,
      rate: callsPerSecond,
      limit: maxCalls,
      holdMs,
      fields: callers.map((caller) => callerFields(caller, `secret-${caller}`, site, callee)),
      timeoutSeconds: seconds + graceSeconds,
      toleratesFailures: true,
    }).run()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#answering.map((run) => run.end()))
  }

  async #answer(user: string): Promise<void> {
    const { target, seconds } = this.#options
    const wholeRun = seconds + 3 * graceSeconds
    const port = await freePort()
    await new SippRun({
      scenario: 'register',
      target,
      port,
      calls: 1,
      fields: [registerFields(user, `secret-${user}`, site, wholeRun)],
      keys: { contact_port: String(port), contact_transport: 'udp' },
    }).run()
    const phone = new SippRun({ scenario: 'callee', port, timeoutSeconds: wholeRun })
    await phone.start()
    this.#answering.push(phone)
  }
}
