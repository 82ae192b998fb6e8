import type { Part as BoxPart } from '../../../src/lib/part.ts'
import { registerFields } from '../../support/sipp-fields.ts'
import { SippRun, type SippStats } from '../../support/sipp-run.ts'
import { site, siteConfig } from '../../support/site.ts'
import { TestBox } from '../../support/test-box.ts'
import { type Part, SippPhone } from './sipp-stage.ts'

export interface PhoneCall {
  readonly caller: Part
  /** One user's phones: they ring together. */
  readonly callees: readonly Part[]
  /** Whom the caller asks for, given the user that has been registered. */
  readonly target?: (user: string) => string
}

export interface CallResult {
  readonly caller: SippStats
  readonly callees: readonly SippStats[]
  /** What the lines between SIPp and the box have lost, doubled and held back. */
  readonly harmed: number
}

const userCount = 120

/** The real box with a user for every scenario, whose phones are SIPp; it handles their calls as `callHandling` says. */
export class PhoneBox implements BoxPart {
  readonly name = 'phone box'
  readonly #box: TestBox
  readonly #users: string[]

  constructor(callHandling: 'b2bua' | 'proxy') {
    this.#users = Array.from({ length: userCount }, (_, index) => String(1_000 + index))
    const config = siteConfig(...this.#users)
    this.#box = new TestBox({ config: { ...config, sip: { ...config.sip, callHandling, ringSeconds: 5 } } })
  }

  start(): Promise<void> {
    return this.#box.start()
  }

  stop(): Promise<void> {
    return this.#box.stop()
  }

  get port(): number {
    return this.#box.sipPort
  }

  /** Registers the callees, lets the caller call them, and waits until every SIPp has had the calls it expects. */
  async play({ caller, callees, target = uriOf }: PhoneCall): Promise<CallResult> {
    const user = this.#users.pop()
    if (user === undefined) throw new Error('more scenarios than users')
    const waiting = await Promise.all(callees.map((part) => SippPhone.at(this.port, part)))
    const calling = await SippPhone.at(this.port, caller)
    try {
      for (const phone of waiting) await this.#register(user, phone)
      for (const phone of waiting) await phone.wait()
      await calling.call(target(user))
      const called = [calling, ...waiting].filter((phone) => !phone.mayGoUncalled)
      const [stats, ...others] = await Promise.all(called.map((phone) => phone.finished()))
      if (!stats) throw new Error('the caller has no figures')
      const figures = [calling, ...waiting].map(({ pipe }) => pipe?.figures)
      const harmed = figures.reduce((sum, one) => sum + (one ? one.lost + one.doubled + one.late : 0), 0)
      return { caller: stats, callees: others, harmed }
    } finally {
      await Promise.all([calling, ...waiting].map((phone) => phone.end()))
    }
  }

  /** Plays a scenario between a caller and the box alone. */
  async ask(part: Part, target: string, caller?: string): Promise<void> {
    const phone = await SippPhone.at(this.port, part)
    try {
      await phone.call(target, caller)
      await phone.finished()
    } finally {
      await phone.end()
    }
  }

  async #register(user: string, { port, server, contact, transport }: SippPhone): Promise<void> {
    const keys = { contact_port: contact.split(':')[1] ?? '', contact_transport: transport }
    const fields = [registerFields(user, `secret-${user}`, site)]
    const run = new SippRun({ scenario: 'register', target: server, port, transport, calls: 1, fields, keys })
    await run.run()
  }
}

function uriOf(user: string): string {
  return `sip:${user}@${site}`
}
