import { type RunningBox, runBox } from '../../support/running-box.ts'
import { CallRefused } from '../../support/sip/phone-call.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'

export const domain = 'site-a.example'

type Startable = { start(): Promise<void>; stop(): Promise<void> }

/** A box with a trunk, its phones, and somebody who means ill. Everything ends with `stop()`. */
export class AStolenAccount {
  readonly carrier = new TinyCarrier()
  readonly #parts: { stop(): Promise<void> }[] = []
  #box: RunningBox | undefined

  get box(): RunningBox {
    if (!this.#box) throw new Error('the box was not started')
    return this.#box
  }

  async start(more: Record<string, unknown> = {}): Promise<void> {
    await this.begin(this.carrier)
    const user = (name: string, rights: readonly string[]) => ({
      aor: `${name}@${domain}`,
      password: `secret-${name}`,
      mayDial: ['internal', 'domains', ...rights],
    })
    this.#box = await runBox({
      sip: { domains: [domain] },
      numbering: { country: 'DE', areaCode: '30' },
      users: [
        { ...user('201', ['pstn', 'premium']), numbers: ['+49301234501'] },
        user('202', ['pstn', 'premium']),
        user('203', []),
      ],
      trunks: [{ name: 'carrier', server: this.carrier.hostPort }],
      ...more,
    })
    this.#parts.push(this.#box)
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.stop()
  }

  async begin<Kind extends Startable>(part: Kind): Promise<Kind> {
    this.#parts.push(part)
    await part.start()
    return part
  }

  /** A phone whose password is right; not registered. */
  phone(user: string, more: Partial<ConstructorParameters<typeof SipPhone>[0]> = {}): Promise<SipPhone> {
    const { server } = this.box
    return this.begin(new SipPhone({ aor: `${user}@${domain}`, password: `secret-${user}`, server, ...more }))
  }
}

/** Places a call and hangs up when it is answered; resolves with its final status. */
export async function tried(phone: SipPhone, target: string, headers: Readonly<Record<string, string>> = {}) {
  const call = await phone.call(target, { headers })
  try {
    await call.answered()
    await call.hangUp()
    return 200
  } catch (error) {
    if (error instanceof CallRefused) return error.status
    throw error
  }
}

/** 0900 numbers, none beside another. */
export function premium(index: number): string {
  return `0900${1_230_000 + index * 997}`
}
