import type { Part } from '../../../src/lib/part.ts'
import { LampPhone } from '../../support/lamp-phone.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyNotifier } from '../../support/tiny-notifier.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'

export const domain = 'pbx.example'
const users = { '101': 'pw-101', '102': 'pw-102', '103': 'pw-103' }
/** Whom only the PBX knows. */
const strangers = { '104': 'pw-104', '105': 'pw-105' }
const all = { ...users, ...strangers }

/**
 * A PBX with lamps, a box in front of it, two phones that call (101, 102), the desk that watches them
 * (103), and two users whom the box does not know (104, 105).
 */
export class WatchedSite {
  readonly notifier = new TinyNotifier(domain, all)
  readonly pbx = new TinyPbx({ domain, users: all, notifier: this.notifier })
  #box: RunningBox | undefined
  readonly #running: Pick<Part, 'stop'>[] = []

  async start(): Promise<void> {
    await this.begun(this.pbx)
    this.#box = await runBox({
      sip: { domains: ['site-a.example'] },
      users: [
        ...Object.entries(users).map(([user, password]) => ({ aor: `${user}@${domain}`, password })),
        { aor: '201@site-a.example', password: 'pw-201' },
        { aor: '202@site-a.example', password: 'pw-202' },
        { aor: '203@site-a.example', password: 'pw-203' },
      ],
      pbxs: [{ name: 'main', server: this.pbx.hostPort, domain, optionsIntervalMs: 200, holdDownMs: 500 }],
    })
    this.#running.push(this.#box)
  }

  async stop(): Promise<void> {
    for (const part of this.#running.splice(0).reverse()) await part.stop()
  }

  /** A registered phone. */
  async phone(user: string, at = domain): Promise<SipPhone> {
    const phone = new SipPhone({ aor: `${user}@${at}`, password: `pw-${user}`, server: this.#server })
    phone.answering = 'ring'
    await this.begun(phone)
    await phone.register()
    return phone
  }

  lamps(user: string, { at = domain, password = `pw-${user}` } = {}): Promise<LampPhone> {
    return this.begun(new LampPhone({ aor: `${user}@${at}`, password, server: this.#server }))
  }

  async begun<Kind extends Part>(part: Kind): Promise<Kind> {
    this.#running.push(part)
    await part.start()
    return part
  }

  get #server(): RunningBox['server'] {
    if (!this.#box) throw new Error('the site is not started')
    return this.#box.server
  }
}
