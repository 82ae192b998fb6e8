import { parseArgs } from 'node:util'
import type { WaitingBox } from '../identity/enrolment-shelf.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { peerIdOf } from '../overlay/protocol/peer-id.ts'
import { printPeerName } from '../overlay/protocol/peer-name.ts'
import type { Command } from './command.ts'
import { chosenOverlay, overlayOptions, overlayPlace } from './overlay-options.ts'

export const overlayPendingCommand: Command = {
  name: 'pending',
  summary: 'boxes that showed a ticket and wait for approval here   [DOMAIN]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const { dataDir } = overlayPlace(values)
    const membership = new OverlayMembership(dataDir, chosenOverlay(positionals[0], dataDir))
    const boxes = membership.shelf.waiting().map((box) => ({
      peerName: nameOf(box, membership.domain),
      askedAt: new Date(box.use.at).toISOString(),
      role: box.ticket.role,
      mayServe: box.ticket.mayServe,
    }))
    if (values.json) console.log(JSON.stringify(boxes))
    else if (boxes.length === 0) console.log(`no box waits to be let into ${membership.domain}`)
    else
      for (const { peerName, askedAt, role, mayServe } of boxes)
        console.log(`${peerName}  since ${askedAt}, as ${role}, for ${mayServe.join(' ')}`)
    return 0
  },
}

export function nameOf({ use }: WaitingBox, domain: string): string {
  return printPeerName(peerIdOf(Buffer.from(use.publicKey, 'base64url')), domain)
}
