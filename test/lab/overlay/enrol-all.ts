import { drawPlace } from '../../../src/identity/credential-issuer.ts'
import { OverlayMembership } from '../../../src/identity/overlay-membership.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { type OverlayBox, village } from './overlay-box.ts'

/**
 * Leaves in the boxes' folders what `overlay create`, `invite` and `join` leave there, at a hundredth of the cost.
 * `admittedAt`: where the ticket of each would have said that the first box is.
 */
export function enrolAll(boxes: readonly OverlayBox[], admittedAt: readonly string[]): void {
  const [first, ...others] = boxes.map(({ process }) => new OverlayMembership(process.dataDir, village))
  const { trustRoot } = first?.create(systemClock) ?? {}
  const issuer = first?.issuer()
  if (!trustRoot || !issuer) throw new Error('the first box is no issuer')
  const now = systemClock.now()
  for (const membership of others) {
    const key = membership.identity()
    const rights = { publicKey: key.publicKey, place: drawPlace(), roles: ['peer'], mayServe: ['*'] } as const
    membership.save(key, trustRoot, issuer.issue(rights, now), admittedAt)
  }
}
