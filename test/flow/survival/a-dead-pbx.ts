import { CollectedLog } from '../../support/collected-log.ts'
import { pbxBecomes } from '../../support/pbx-becomes.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { TinyPbx, type TinyPbxOptions } from '../../support/tiny-pbx.ts'

interface Running {
  start(): Promise<void>
  stop(): Promise<void>
}

export const domain = 'pbx.example'
export const realm = 'asterisk'
export const passwordOf = (user: string): string => `pw-${user}`

/** A PBX with a realm of its own, a box in front of it with a trunk, and phones: all alive until `pbxDies()`. */
export class ADeadPbx {
  readonly #running: Pick<Running, 'stop'>[] = []
  readonly log = new CollectedLog()
  readonly pbx: TinyPbx
  box: RunningBox | undefined
  carrier: TinyCarrier | undefined

  /** `known`: users of the PBX. */
  constructor(known: readonly string[], more: Partial<TinyPbxOptions> = {}) {
    const users = Object.fromEntries(known.map((user) => [user, passwordOf(user)]))
    this.pbx = new TinyPbx({ domain, realm, users, ...more })
  }

  async begun<Kind extends Running>(part: Kind): Promise<Kind> {
    this.#running.push(part)
    await part.start()
    return part
  }

  /** `users` are those that the box knows too. */
  async begin(
    users: readonly Record<string, unknown>[],
    { pbx = {}, ...more }: Record<string, unknown> & { readonly pbx?: Record<string, unknown> } = {},
  ): Promise<void> {
    await this.begun(this.pbx)
    this.carrier = await this.begun(new TinyCarrier())
    this.box = await runBox(
      {
        sip: { domains: ['site-a.example'] },
        numbering: { country: 'DE', areaCode: '30' },
        trunks: [{ name: 'carrier', server: this.carrier.hostPort, register: false }],
        users,
        ...more,
        pbxs: [
          {
            ...{ name: 'main', server: this.pbx.hostPort, domain },
            ...{ optionsIntervalMs: 200, optionsTimeoutMs: 2_000, patienceMs: 300 },
            ...pbx,
          },
        ],
      },
      this.log,
    )
    this.#running.push(this.box)
  }

  phone(user: string, more: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    const server = this.box?.server
    if (!server) throw new Error('no box yet')
    return this.begun(new SipPhone({ aor: `${user}@${domain}`, password: passwordOf(user), server, ...more }))
  }

  /** Resolves when the box stands in. */
  async pbxDies(): Promise<void> {
    await this.pbx.stop()
    await this.verdict()
  }

  async verdict(): Promise<void> {
    await pbxBecomes(this.log, 'survival')
  }

  async end(): Promise<void> {
    for (const part of this.#running.splice(0).reverse()) await part.stop()
  }
}

export async function talks(caller: SipPhone, called: string): Promise<void> {
  const call = await caller.call(called)
  await call.answered()
  await call.hangUp()
}

/** How a call is refused. */
export async function refusal(caller: SipPhone, called: string): Promise<CallRefused> {
  const call = await caller.call(called)
  const error = await call.answered().catch((caught: unknown) => caught)
  if (error instanceof CallRefused) return error
  throw new Error(`${called} was not refused`, { cause: error })
}
