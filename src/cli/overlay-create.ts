import { parseArgs } from 'node:util'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { peerIdOf } from '../overlay/protocol/peer-id.ts'
import { printPeerName } from '../overlay/protocol/peer-name.ts'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

export const overlayCreateCommand: Command = {
  name: 'create',
  summary: 'make an overlay, its trust root, and this box its first member   DOMAIN',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const [domain] = positionals
    if (domain === undefined)
      throw new UsageError('causeway overlay create DOMAIN, such as phones.example.org')
    const { dataDir } = overlayPlace(values)
    const membership = new OverlayMembership(dataDir, domain.toLowerCase())
    const { key, overlay } = membership.create(systemClock)
    const peerName = printPeerName(peerIdOf(key.publicKey), overlay)
    const trustRootFile = membership.path('trust-root.pem')
    if (values.json) console.log(JSON.stringify({ overlay, peerName, trustRootFile }))
    else
      console.log(
        [
          `the overlay ${overlay} exists, and this box is its first member: ${peerName}`,
          `move ${trustRootFile} to a safe place, off this box: who has it decides who may let others in, and nothing here needs it`,
          'to let another box in: causeway overlay invite',
        ].join('\n'),
      )
    return 0
  },
}
