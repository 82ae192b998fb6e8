import type { OverlayEntry } from '../../config/sections/overlays.ts'
import { TicketDesk } from '../../identity/enrolment-desk.ts'
import { OverlayMembership } from '../../identity/overlay-membership.ts'
import { RevocationList } from '../../identity/revocation-list.ts'
import { Revocations } from '../../identity/revocations.ts'
import { TrustedCredentials } from '../../identity/trusted-credentials.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { PeerOverlay } from '../../overlay/peer-overlay.ts'
import { usualCacheLimits } from '../../overlay/records/look-up-cache.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { PeerFile, peersFile } from './peer-file.ts'
import { type NameService, publishedBoxes } from './published-boxes.ts'

/** This box in one overlay, not yet started. Throws `MembershipProblem` when it has not joined. */
export function libp2pOverlay(
  entry: OverlayEntry,
  dataDir: string,
  clock: Clock,
  log: Log,
  names?: NameService,
): PeerOverlay {
  const membership = new OverlayMembership(dataDir, entry.domain)
  const { key, credential, trustRoot, admittedAt } = membership.load()
  const issuer = membership.issuer()
  const revocations = new Revocations(
    new RevocationList(entry.domain, trustRoot),
    membership.path('revocations'),
    clock,
    log.child({ overlay: entry.domain }),
  )
  const credentials = new TrustedCredentials(trustRoot, entry.domain, revocations)
  return new PeerOverlay({
    domain: entry.domain,
    ...{ key, credential, clock, log },
    ...{ credentials, revocations },
    desk: issuer && new TicketDesk({ issuer, credentials, shelf: membership.shelf, clock, log }),
    keepCredential: (renewed) => membership.replaceCredential(renewed),
    network: new Libp2pNetwork({
      domain: entry.domain,
      key,
      listen: entry.listen,
      announce: entry.announce,
      mdns: entry.mdns,
      onAddresses: (addresses) => {
        try {
          membership.noteAddresses(addresses)
        } catch (error) {
          // Only tickets that another process makes want to know it.
          log.warn({ reason: (error as Error).message }, "this box's addresses cannot be noted")
        }
      },
      ...{ clock, log: log.child({ overlay: entry.domain }) },
    }),
    ...(names && entry.dns && { findPublished: () => publishedBoxes(entry.domain, names) }),
    copies: entry.copies,
    cacheLimits: {
      ...usualCacheLimits,
      foundMilliseconds: entry.cacheSeconds * 1_000,
      nothingMilliseconds: entry.negativeCacheSeconds * 1_000,
    },
    role: entry.role,
    freeMemory: () => process.availableMemory(),
    memory: new PeerFile(membership.path(peersFile), log),
    seeds: [
      ...entry.bootstrap.map((address) => ({ address, foundBy: 'config' as const })),
      ...admittedAt.map((address) => ({ address, foundBy: 'ticket' as const })),
    ],
  })
}
