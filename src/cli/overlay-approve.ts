import { parseArgs } from 'node:util'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { type Command, UsageError } from './command.ts'
import { chosenOverlay, overlayOptions, overlayPlace } from './overlay-options.ts'
import { nameOf } from './overlay-pending.ts'

export const overlayApproveCommand = deciding('approve', 'let a waiting box in', true)
export const overlayRejectCommand = deciding('reject', 'keep a waiting box out', false)

function deciding(name: string, does: string, approved: boolean): Command {
  return {
    name,
    summary: `${does}   PEER-NAME or an unmistakable part of it [--overlay DOMAIN]`,
    async run(argv) {
      const { values, positionals } = parseArgs({
        args: [...argv],
        allowPositionals: true,
        options: { ...overlayOptions, overlay: { type: 'string' } },
      })
      const [part] = positionals
      if (part === undefined) throw new UsageError(`causeway overlay ${name} PEER-NAME`)
      const { dataDir } = overlayPlace(values)
      const membership = new OverlayMembership(dataDir, chosenOverlay(values.overlay, dataDir))
      const matching = membership.shelf
        .waiting()
        .filter((box) => nameOf(box, membership.domain).includes(part.toLowerCase()))
      const [box] = matching
      if (!box || matching.length > 1)
        throw new MembershipProblem(
          box
            ? `${matching.length} waiting boxes have "${part}" in their names: give more of the name`
            : `no box with "${part}" in its name waits here: see causeway overlay pending`,
        )
      const decision = membership.shelf.decide(box.ticket.id, approved, systemClock.now())
      const peerName = nameOf(box, membership.domain)
      const outcome = decision.approved ? 'approved' : 'rejected'
      if (values.json) console.log(JSON.stringify({ peerName, outcome }))
      else console.log(`${peerName} is ${outcome}`)
      return decision.approved === approved ? 0 : 1
    },
  }
}
