import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'

interface Running {
  start(): Promise<void>
  stop(): Promise<void>
}

/** The parts of a flow test, ended in reverse order of their start. */
export class TrunkSite {
  readonly #running: Pick<Running, 'stop'>[] = []

  async begun<Kind extends Running>(part: Kind): Promise<Kind> {
    this.#running.push(part)
    await part.start()
    return part
  }

  /** A box with these trunks, and the phones of 201, who has a number, and 202, who may call nobody outside. */
  async box(trunks: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) {
    const box: RunningBox = await runBox({
      sip: { domains: ['site-a.example'] },
      numbering: { country: 'DE', areaCode: '30' },
      users: [
        { aor: '201@site-a.example', password: 'secret', numbers: ['+49301234501'] },
        { aor: '202@site-a.example', password: 'secret', mayDial: ['internal'] },
      ],
      trunks,
      ...more,
    })
    this.#running.push(box)
    const phone = (user: string) =>
      this.begun(new SipPhone({ aor: `${user}@site-a.example`, password: 'secret', server: box.server }))
    return { box, anna: await phone('201'), kid: await phone('202') }
  }

  async end(): Promise<void> {
    for (const part of this.#running.splice(0).reverse()) await part.stop()
  }
}
