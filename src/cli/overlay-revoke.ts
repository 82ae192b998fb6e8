import { parseArgs } from 'node:util'
import { PeerFile, peersFile } from '../drivers/libp2p/peer-file.ts'
import { revokeByRoot } from '../identity/credential-issuer.ts'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { RevocationList } from '../identity/revocation-list.ts'
import { Revocations, writeRevocation } from '../identity/revocations.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { type PeerId, peerIdOf, publicKeyOf } from '../overlay/protocol/peer-id.ts'
import { parsePeerName, printPeerName } from '../overlay/protocol/peer-name.ts'
import type { Command } from './command.ts'
import { chosenOverlay, overlayOptions, overlayPlace } from './overlay-options.ts'
import { readTrustRoot } from './trust-root-file.ts'

export const overlayRevokeCommand: Command = {
  name: 'revoke',
  summary:
    'throw a box out for good; without a name, list who is out   [PEER-NAME] [--overlay DOMAIN] [--root FILE for an issuer]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...overlayOptions, overlay: { type: 'string' }, root: { type: 'string' } },
    })
    const { dataDir } = overlayPlace(values)
    const membership = new OverlayMembership(dataDir, chosenOverlay(values.overlay, dataDir))
    const [name] = positionals
    if (name === undefined) return list(membership, values.json ?? false)
    const { key } = membership.load()
    const peer = findPeer(name, membership)
    if (peer === peerIdOf(key.publicKey))
      throw new MembershipProblem('that is this box: to leave the overlay, stop it and remove its folder')
    const statement = sign(membership, peer, values.root)
    writeRevocation(membership.path('revocations'), statement)
    const peerName = printPeerName(peer, membership.domain)
    if (values.json) console.log(JSON.stringify({ revoked: peerName }))
    else
      console.log(
        [
          `${peerName} is out: this box, when it runs, tells the others within seconds`,
          'its name is gone for good; the machine may join again with a new ticket after its overlay folder was removed',
        ].join('\n'),
      )
    return 0
  },
}

function sign(membership: OverlayMembership, peer: PeerId, rootFile: string | undefined): Uint8Array {
  const publicKey = publicKeyOf(peer)
  if (!publicKey) throw new MembershipProblem(`"${peer}" is no peer name`)
  const now = systemClock.now()
  if (rootFile !== undefined) {
    const root = readTrustRoot(rootFile, membership.load().trustRoot)
    return revokeByRoot(membership.domain, publicKey, root, now)
  }
  const issuer = membership.issuer()
  if (!issuer)
    throw new MembershipProblem(
      'boxes are revoked at an issuing box, or with the key of the trust root: --root FILE',
    )
  return issuer.revoke(publicKey, now)
}

function list(membership: OverlayMembership, isJson: boolean): number {
  const statements = new RevocationList(membership.domain, membership.load().trustRoot)
  new Revocations(statements, membership.path('revocations'), systemClock, silentLog)
  const out = statements.statements().map(({ publicKey, at, signer }) => ({
    peerName: printPeerName(peerIdOf(publicKey), membership.domain),
    at: new Date(at).toISOString(),
    by: signer ? printPeerName(peerIdOf(signer), membership.domain) : 'trust root',
  }))
  if (isJson) console.log(JSON.stringify(out))
  else if (out.length === 0) console.log(`no box of ${membership.domain} is revoked`)
  else for (const { peerName, at, by } of out) console.log(`${peerName}  since ${at}, by ${by}`)
  return 0
}

/** A whole name, or an unmistakable part of one that this box remembers. */
function findPeer(name: string, membership: OverlayMembership): PeerId {
  const whole = parsePeerName(name.toLowerCase())
  if (whole && whole.domain !== membership.domain)
    throw new MembershipProblem(`${name} is in another overlay than ${membership.domain}`)
  if (whole) return whole.peerId
  if (publicKeyOf(name)) return name
  const remembered = new PeerFile(membership.path(peersFile), silentLog).recall()
  const matching = remembered.filter(({ peer }) => peer.includes(name.toLowerCase()))
  const [only] = matching
  if (only && matching.length === 1) return only.peer
  throw new MembershipProblem(
    only
      ? `${matching.length} boxes have "${name}" in their names: give more of the name`
      : `no box with "${name}" in its name is known here: give the whole name, as causeway overlay peers shows it`,
  )
}
