import type { LegPolicy } from '../domain/leg-policy.ts'
import { allowedOffer } from './allowed-codecs.ts'
import { beyondEncryption, unfitFor, withoutKeys } from './encryption.ts'
import { MediaNotAllowed } from './media-not-allowed.ts'
import { type MediaSession, otherSide, type Side } from './media-session.ts'
import { printSdp, readSdp } from './session-description.ts'

export type Policies = Readonly<Record<Side, LegPolicy | undefined>>
/** Writes down what became of the media, and why. */
export type Remark = (answer: string, why: string) => void

const wish: Readonly<Record<LegPolicy['srtp'], string>> = {
  'as-offered': '',
  never: 'the trunk takes nothing encrypted',
  required: 'the trunk is to be encrypted',
}

/** A pair of legs of which one or both have a policy: codecs, digits, encryption. */
export class PolicedSession implements MediaSession {
  readonly #way: MediaSession
  readonly #policies: Policies
  readonly #remark: Remark
  #hasRemarked = false

  constructor(way: MediaSession, policies: Policies, remark: Remark) {
    this.#way = way
    this.#policies = policies
    this.#remark = remark
  }

  async offer(from: Side, sdp: string): Promise<string> {
    if (sdp === '') return sdp
    const to = otherSide(from)
    this.#checkReceived(from, sdp)
    const rule = this.#policies[to]?.srtp ?? 'as-offered'
    // The relay would begin to turn over what it can never make fit.
    const hopeless = rule === 'required' ? beyondEncryption(sdp) : undefined
    if (hopeless) throw new MediaNotAllowed(wish[rule], hopeless)
    const offer = await this.#way.offer(from, this.#allowed(from, to, sdp))
    const unfit = unfitFor(rule, offer)
    if (!unfit) return offer
    await this.refused()
    throw new MediaNotAllowed(wish[rule], unfit)
  }

  async answer(from: Side, sdp: string): Promise<string> {
    if (sdp === '') return sdp
    this.#checkReceived(from, sdp)
    return await this.#way.answer(from, sdp)
  }

  async refused(): Promise<void> {
    await this.#way.refused?.()
  }

  async lastHeard(from: Side): Promise<number | undefined> {
    return await this.#way.lastHeard?.(from)
  }

  end(): void {
    this.#way.end()
  }

  /** What comes in the clear from a leg that has to be encrypted goes no further. */
  #checkReceived(from: Side, sdp: string): void {
    if (this.#policies[from]?.srtp !== 'required') return
    const unfit = unfitFor('required', sdp)
    if (unfit) throw new MediaNotAllowed(wish.required, unfit)
  }

  #allowed(from: Side, to: Side, sdp: string): string {
    const received = readSdp(sdp)
    if (!received) return sdp
    let description = received
    for (const policy of [this.#policies[from], this.#policies[to]]) {
      if (!policy) continue
      const allowed = allowedOffer(description, policy)
      description = allowed.sdp
      this.#remarkOn(allowed.leftAlone, policy)
    }
    if (this.#policies[to]?.srtp === 'never') description = withoutKeys(description)
    return description === received ? sdp : printSdp(description)
  }

  #remarkOn(offered: readonly string[], { codecs }: LegPolicy): void {
    if (offered.length === 0 || this.#hasRemarked) return
    this.#hasRemarked = true
    this.#remark(
      `offered as it came: ${offered.join(', ')}`,
      `none of the codecs of the trunk is among them (${codecs.join(', ')})`,
    )
  }
}
