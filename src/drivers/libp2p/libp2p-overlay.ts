import type { OverlayEntry } from '../../config/sections/overlays.ts'
import { TicketDesk } from '../../identity/enrolment-desk.ts'
import { OverlayMembership } from '../../identity/overlay-membership.ts'
import { TrustedCredentials } from '../../identity/trusted-credentials.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { PeerOverlay } from '../../overlay/peer-overlay.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { PeerFile, peersFile } from './peer-file.ts'

/** This box in one overlay, not yet started. Throws `MembershipProblem` when it has not joined. */
export function libp2pOverlay(entry: OverlayEntry, dataDir: string, clock: Clock, log: Log): PeerOverlay {
  const membership = new OverlayMembership(dataDir, entry.domain)
  const { key, credential, trustRoot, admittedAt } = membership.load()
  const rootKey = membership.trustRootKey()
  return new PeerOverlay({
    domain: entry.domain,
    ...{ key, credential, clock, log },
    credentials: new TrustedCredentials(trustRoot, entry.domain),
    desk: rootKey && new TicketDesk(entry.domain, rootKey, membership.shelf, clock, log),
    network: new Libp2pNetwork({
      domain: entry.domain,
      key,
      listen: entry.listen,
      mdns: entry.mdns,
      onListening: (addresses) => membership.noteAddresses(addresses),
    }),
    copies: entry.copies,
    memory: new PeerFile(membership.path(peersFile), log),
    seeds: [
      ...entry.bootstrap.map((address) => ({ address, foundBy: 'config' as const })),
      ...admittedAt.map((address) => ({ address, foundBy: 'ticket' as const })),
    ],
  })
}
