import { parseArgs } from 'node:util'
import { appointIssuer } from '../identity/credential-issuer.ts'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { publicKeyOf } from '../overlay/protocol/peer-id.ts'
import { parsePeerName } from '../overlay/protocol/peer-name.ts'
import { type Command, UsageError } from './command.ts'
import { chosenOverlay, overlayOptions, overlayPlace } from './overlay-options.ts'
import { readTrustRoot } from './trust-root-file.ts'

const prefix = 'causeway-issuer1.'

/** Two steps at two places: the key of the trust root need not come to the box. */
export const overlayAppointCommand: Command = {
  name: 'appoint',
  summary:
    'let another box issue tickets: PEER-NAME --root FILE where the trust root is, then the printed word at that box',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...overlayOptions, overlay: { type: 'string' }, root: { type: 'string' } },
    })
    const [subject] = positionals
    if (subject === undefined) throw new UsageError('causeway overlay appoint PEER-NAME --root FILE')
    if (!subject.startsWith(prefix)) {
      console.log(appoint(subject, values.root))
      return 0
    }
    const { dataDir } = overlayPlace(values)
    const membership = new OverlayMembership(dataDir, chosenOverlay(values.overlay, dataDir))
    membership.acceptAppointment(Buffer.from(subject.slice(prefix.length), 'base64url'), systemClock.now())
    if (values.json) console.log(JSON.stringify({ overlay: membership.domain, issuer: true }))
    else console.log(`this box may now let others into ${membership.domain}: (re)start it`)
    return 0
  },
}

function appoint(subject: string, rootFile: string | undefined): string {
  const name = parsePeerName(subject.toLowerCase())
  const publicKey = name && publicKeyOf(name.peerId)
  if (!name || !publicKey) throw new MembershipProblem(`"${subject}" is no peer name`)
  if (rootFile === undefined)
    throw new UsageError('an issuer is appointed with the key of the trust root: --root FILE')
  const certificate = appointIssuer(name.domain, publicKey, readTrustRoot(rootFile), systemClock.now())
  return prefix + Buffer.from(certificate).toString('base64url')
}
