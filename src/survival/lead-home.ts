import { randomUUID } from 'node:crypto'
import { type AorText, parseAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { DigestAccount, SipStack } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'
import { frontContactUri } from './front-contact.ts'
import { outcomeOf, type PbxStateChange, pbxUri, type WatchedPbx } from './pbx-watch.ts'

export interface LeadHomeParts {
  readonly stack: Pick<SipStack, 'request' | 'localHostPort'>
  readonly pbxs: {
    stateOf(domain: string): WatchedPbx | undefined
    isInCharge(domain: string): boolean
    onStateChange(listener: (change: PbxStateChange) => void): void
  }
  readonly bindings: {
    all(): Iterable<Binding>
    lookup(aor: AorText): readonly Binding[]
    save(
      aor: AorText,
      changes: { readonly put: readonly Binding[]; readonly remove: readonly Binding[] },
    ): Promise<unknown>
  }
  /** The user's name and password at his PBX, when the config holds them. */
  accountOf(aor: AorText): DigestAccount | undefined
  readonly clock: Clock
  readonly log: Log
}

/** 20 a second: a PBX that has just come back must not be knocked down again. */
const paceMs = 50
const answerWithinMs = 4_000
const leastSeconds = 60

/**
 * Registers phones at a PBX that has come back and may have forgotten them, for users whose password the box has. The
 * other phones come home by themselves with their next, short-lived registration.
 */
export class LeadHome implements Part {
  readonly name = 'lead-home'
  readonly #parts: LeadHomeParts
  readonly #underWay = new Map<string, Promise<void>>()
  #isRunning = false

  constructor(parts: LeadHomeParts) {
    this.#parts = parts
    parts.pbxs.onStateChange(({ domain, from, to }) => {
      if (this.#isRunning && from === 'returning' && to === 'normal') this.#begin(domain)
    })
  }

  async start(): Promise<void> {
    this.#isRunning = true
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#underWay.values())
  }

  #begin(domain: string): void {
    if (this.#underWay.has(domain)) return
    this.#underWay.set(
      domain,
      this.#lead(domain).finally(() => this.#underWay.delete(domain)),
    )
  }

  async #lead(domain: string): Promise<void> {
    const { bindings, clock, log, pbxs } = this.#parts
    const away = [...bindings.all()].filter(({ aor }) => parseAor(aor)?.domain === domain)
    let home = 0
    let left = 0
    for (const binding of away) {
      if (!this.#isRunning || !pbxs.isInCharge(domain)) break
      const account = this.#parts.accountOf(binding.aor)
      if (!account) left += 1
      else if (await this.#register(binding, account, domain)) home += 1
      else left += 1
      await new Promise<void>((resolve) => clock.after(paceMs, resolve))
    }
    log.info({ domain, home, left }, 'phones led home to the PBX')
  }

  async #register(binding: Binding, account: DigestAccount, domain: string): Promise<boolean> {
    const { bindings, clock, log, pbxs, stack } = this.#parts
    const pbx = pbxs.stateOf(domain)
    const user = parseAor(binding.aor)?.user
    if (!pbx || user === undefined) return false
    const hostPort = stack.localHostPort(pbx.transport) ?? 'localhost'
    const contact = frontContactUri(binding.contact, user, { hostPort, transport: pbx.transport })
    const seconds = Math.max(leastSeconds, Math.ceil((binding.expiresAt - clock.now()) / 1_000))
    const answer = await within(answerWithinMs, clock, (signal) =>
      stack.request('REGISTER', `sip:${domain}`, {
        headers: {
          From: `<${binding.aor}>`,
          To: `<${binding.aor}>`,
          Contact: `<${contact}>`,
          Expires: String(seconds),
          // A Call-ID of our own leaves the phone's own order of registrations alone (RFC 3261 §10.3 step 7).
          'Call-ID': randomUUID(),
        },
        proxy: pbxUri(pbx),
        account,
        signal,
      }),
    )
    if (answer.kind !== 'value' || answer.value.status >= 300) {
      log.warn({ aor: binding.aor, outcome: outcomeOf(answer) }, 'phone not led home')
      return false
    }
    // The phone may have spoken for itself meanwhile; what it said last stands.
    const current = bindings.lookup(binding.aor).find((other) => other.contact === binding.contact)
    if (!current) return true
    try {
      await bindings.save(binding.aor, { put: [{ ...current, origin: 'pbx' }], remove: [] })
      return true
    } catch (error) {
      log.error({ aor: binding.aor, error }, 'phone led home, but not noted')
      return false
    }
  }
}
