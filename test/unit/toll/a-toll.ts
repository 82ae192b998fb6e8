import type { z } from 'zod'
import { tollFraudSection } from '../../../src/config/sections/toll-fraud.ts'
import { type Aor, aor } from '../../../src/domain/aor.ts'
import type { CallClass } from '../../../src/domain/call-class.ts'
import type { CallRate } from '../../../src/domain/call-rate.ts'
import type { DialRight } from '../../../src/domain/dial-right.ts'
import type { Notice } from '../../../src/domain/notice.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { OutsideClaim } from '../../../src/toll/outside-claim.ts'
import { Toll } from '../../../src/toll/toll.ts'

export type TollConfig = z.input<typeof tollFraudSection>

/** A Saturday, 20:00 in UTC. */
export const saturdayEvening = Date.UTC(2026, 10, 21, 20)

/** The store of a box that outlives its processes. */
export function memoryStore() {
  const values = new Map<string, Uint8Array>()
  return {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: Uint8Array) => {
      values.set(key, value)
    },
  }
}

/** Toll limits among values that a test changes. Numbers +1900… are premium, +49… national, all others international. */
export class AToll {
  readonly clock: FakeClock
  readonly notices: Notice[] = []
  readonly toll: Toll
  rights: readonly DialRight[] = ['internal', 'pstn', 'premium']

  constructor(
    config: TollConfig = {},
    { clock = new FakeClock(saturdayEvening), store = memoryStore() } = {},
  ) {
    this.clock = clock
    this.toll = new Toll({
      section: tollFraudSection.parse({ usualLimits: config.limits === undefined, ...config }),
      timeZone: 'UTC',
      numbers: { classOf },
      accounts: {
        // 2001 is another name of 201.
        resolve: (user) => (user.user === '2001' ? aor('201', user.domain) : user),
        mayDial: (user) => (user.domain === 'site-a.example' ? this.rights : undefined),
      },
      store,
      notices: { send: (notice) => this.notices.push(notice) },
      clock,
      log: silentLog,
    })
  }

  question(more: Partial<CallQuestion> & { readonly user?: string } = {}): CallQuestion {
    const { user = '201', ...rest } = more
    const caller: Aor = aor(user, 'site-a.example')
    return {
      callId: 'call',
      source: 'phone',
      sourceLabel: `${user}@site-a.example`,
      caller,
      callerIsAuthenticated: true,
      from: `sip:${user}@site-a.example`,
      requestUri: 'sip:x@site-a.example',
      at: this.clock.now(),
      ...rest,
    }
  }

  /** Places a call and says what the limits said: the claim, or why not. */
  call(number: string, more: Parameters<AToll['question']>[0] = {}, rate?: CallRate): OutsideClaim | string {
    const verdict = this.toll.claim(this.question(more), number, rate)
    return verdict.kind === 'allowed' ? verdict.claim : verdict.why
  }

  /** The same for a call that has to be allowed, and is answered. */
  talk(number: string, more: Parameters<AToll['question']>[0] = {}, rate?: CallRate): OutsideClaim {
    const claim = this.call(number, more, rate)
    if (typeof claim === 'string') throw new Error(claim)
    claim.answered()
    return claim
  }

  /** How many of so many calls are allowed; each is over before the next one. */
  allowed(
    calls: number,
    number: (index: number) => string,
    more: Parameters<AToll['question']>[0] = {},
  ): number {
    let allowed = 0
    for (let index = 0; index < calls; index += 1) {
      const claim = this.call(number(index), more)
      if (typeof claim === 'string') continue
      allowed += 1
      claim.release()
    }
    return allowed
  }
}

function classOf(number: string): CallClass {
  if (number.startsWith('+1900')) return 'premium'
  return number.startsWith('+49') ? 'national' : 'international'
}
