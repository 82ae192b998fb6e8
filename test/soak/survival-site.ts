import { PhoneCrowd } from '../support/crowd/phone-crowd.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { TestBox } from '../support/test-box.ts'
import { TinyPbx } from '../support/tiny-pbx.ts'
import { eventually } from '../support/within.ts'

const domain = 'office.example'
const passwordOf = (user: string) => `pw-${user}`

export interface SurvivalSiteOptions {
  readonly phones: number
  /** Phones that place calls. */
  readonly callers: number
}

/** A PBX with a box before it and thousands of phones behind that; all settings of the box are the default ones. */
export class SurvivalSite {
  readonly users: readonly string[]
  readonly box: TestBox
  readonly crowd: PhoneCrowd
  readonly callers: readonly SipPhone[]
  pbx: TinyPbx

  private constructor(pbx: TinyPbx, box: TestBox, users: readonly string[], callers: readonly string[]) {
    this.pbx = pbx
    this.box = box
    this.users = users
    const { server } = box
    this.crowd = new PhoneCrowd({ users, domain, passwordOf, server })
    this.callers = callers.map(
      (user) => new SipPhone({ aor: `${user}@${domain}`, password: passwordOf(user), server }),
    )
  }

  /** All phones are registered through the box. */
  static async start({ phones, callers }: SurvivalSiteOptions): Promise<SurvivalSite> {
    const users = numbered(2_000, phones)
    const calling = numbered(500, callers)
    const passwords = Object.fromEntries([...users, ...calling].map((user) => [user, passwordOf(user)]))
    const pbx = new TinyPbx({ domain, users: passwords })
    await pbx.start()
    const box = new TestBox({
      config: {
        box: { logLevel: 'warn' },
        users: Object.entries(passwords).map(([user, password]) => ({ aor: `${user}@${domain}`, password })),
        pbxs: [{ name: 'office', server: pbx.hostPort, domain }],
      },
    })
    await box.start()
    const site = new SurvivalSite(pbx, box, users, calling)
    await site.crowd.start()
    for (const caller of site.callers) {
      await caller.start()
      await caller.register()
    }
    site.crowd.keepRefreshed()
    await site.crowd.registerWithin(phones * 5, { withinMs: 60_000 })
    return site
  }

  /** A PBX on the same address that has forgotten all phones. */
  async newPbx(): Promise<void> {
    const [, port] = this.pbx.hostPort.split(':')
    const passwords = Object.fromEntries(
      [...this.users, ...this.callers.map(({ aor }) => /\d+/.exec(aor)?.[0] ?? '')].map((user) => [
        user,
        passwordOf(user),
      ]),
    )
    this.pbx = new TinyPbx({ domain, users: passwords, listen: { port: Number(port) } })
    await this.pbx.start()
  }

  /** A call to any of the phones. Undefined when it was answered, else why not. */
  async call(number: number): Promise<string | undefined> {
    const caller = this.callers[number % this.callers.length]
    const called = this.users[(number * 37) % this.users.length]
    if (!caller || called === undefined) return 'nobody to call'
    const call = await caller.call(called)
    try {
      await call.answered()
      await call.hangUp()
      return undefined
    } catch (error) {
      return `${called}: ${String(error)}`
    }
  }

  /** Resolves when calls work without the PBX. */
  async survives(): Promise<void> {
    await eventually(30_000, 'a call without the PBX', async () => (await this.call(0)) === undefined)
  }

  async stop(): Promise<void> {
    await this.crowd.stop()
    await Promise.all(this.callers.map((caller) => caller.stop()))
    await this.box.stop()
    await this.pbx.stop()
  }
}

function numbered(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index))
}
