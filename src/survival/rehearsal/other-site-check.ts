import type { AorText } from '../../domain/aor.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { Reach } from './reach.ts'

/** An overlay as this box proves itself in it. */
export interface JoinedSites {
  readonly domain: string
  /** `proven`: another box has just fetched what this one stored. */
  readonly state: 'proven' | 'unproven' | 'alone' | 'isolated'
  readonly why: string
}

export interface OtherSiteWorld {
  readonly users: readonly AorText[]
  readonly overlays: () => Promise<readonly JoinedSites[]>
  /** Somebody at another site, `301@site-b.example`. */
  readonly farUser: string | undefined
  readonly reach: Pick<Reach, 'reach'>
}

/** Other sites find the users of this one, and one of theirs is asked. */
export async function checkOtherSite(
  world: OtherSiteWorld,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const found = (await world.overlays()).map(checkOverlay)
  const { farUser, users, reach } = world
  const [caller] = users
  if (found.length === 0) {
    const text = 'this box is in no overlay'
    return [{ check: 'other site', subject: 'overlay', outcome: 'not-applicable', tookMs: 0, text }]
  }
  if (farUser === undefined || caller === undefined) return found
  const { isReached, tookMs, text } = await reach.reach(caller, farUser, signal)
  return [
    ...found,
    {
      ...{ check: 'other site', subject: farUser, outcome: isReached ? 'pass' : 'fail', tookMs, text },
      ...(!isReached && { advice: 'Look at the box of that site, and at the page "Overlay".' }),
    },
  ]
}

function checkOverlay({ domain, state, why }: JoinedSites): CheckResult {
  const result = { check: 'other site', subject: domain, tookMs: 0, text: why } as const
  if (state === 'proven') return { ...result, outcome: 'pass' }
  if (state === 'alone') return { ...result, outcome: 'not-applicable' }
  return { ...result, outcome: 'fail', advice: 'See the page "Overlay".' }
}
