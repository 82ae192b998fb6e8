import { networkInterfaces } from 'node:os'
import { parseArgs } from 'node:util'
import { overlayEntry } from '../config/sections/overlays.ts'
import { reachableAddresses } from '../drivers/libp2p/reachable-addresses.ts'
import { drawPlace } from '../identity/credential-issuer.ts'
import type { TicketTerms } from '../identity/enrolment-shelf.ts'
import { printTicket } from '../identity/enrolment-ticket.ts'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { namePatternHelp, readNamePattern } from '../overlay/trust/name-pattern.ts'
import { type Command, UsageError } from './command.ts'
import { chosenOverlay, type OverlayPlace, overlayOptions, overlayPlace } from './overlay-options.ts'

const hour = 3_600_000
const usualHours = 72
const mostHours = 24 * 366

export const overlayInviteCommand: Command = {
  name: 'invite',
  summary:
    'print a ticket that lets one box in   [DOMAIN] [--hours 72] [--serves NAMES]… [--role peer|client] [--approve] [--address MULTIADDRESS]…',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...overlayOptions,
        hours: { type: 'string' },
        serves: { type: 'string', multiple: true },
        role: { type: 'string' },
        approve: { type: 'boolean' },
        address: { type: 'string', multiple: true },
      },
    })
    const place = overlayPlace(values)
    const membership = new OverlayMembership(place.dataDir, chosenOverlay(positionals[0], place.dataDir))
    const { overlay, key, trustRoot } = membership.load()
    const issuer = membership.issuer()
    if (!issuer)
      throw new MembershipProblem(
        'tickets are made at the box that created the overlay, or at another one that was appointed as issuer',
      )
    const addresses = [...(values.address ?? []), ...addressesOf(membership, place)].slice(0, 16)
    if (addresses.length === 0)
      throw new MembershipProblem(
        'nobody could reach this box: start it first, or give an address with --address /ip4/…/tcp/…',
      )
    const now = systemClock.now()
    const terms: TicketTerms = {
      expiresAt: now + readHours(values.hours) * hour,
      mayServe: (values.serves ?? ['*']).map(readNames),
      role: readRole(values.role),
      needsApproval: values.approve ?? false,
    }
    // The terms must fit into a credential: better said now than to the box that joins.
    issuer.issue({ ...terms, publicKey: key.publicKey, place: drawPlace(), roles: [terms.role] }, now)
    const shelved = membership.shelf.add(terms, now)
    const ticket = printTicket({
      ...{ overlay, trustRoot, addresses, admitting: key.publicKey },
      ...{ id: shelved.id, secret: shelved.secret, expiresAt: shelved.expiresAt },
    })
    const expiresAt = new Date(shelved.expiresAt).toISOString()
    if (values.json) console.log(JSON.stringify({ overlay, ticket, expiresAt, addresses }))
    else
      console.log(
        [
          `lets one box into ${overlay} until ${expiresAt}; this box must be running, at ${addresses.join(' or ')}`,
          'at the new box: causeway overlay join TICKET',
          ...(terms.needsApproval ? ['then, here: causeway overlay pending, and approve or reject'] : []),
          '',
          ticket,
        ].join('\n'),
      )
    return 0
  },
}

function addressesOf(membership: OverlayMembership, { config }: OverlayPlace): readonly string[] {
  const noted = membership.notedAddresses()
  if (noted) return noted
  const entry =
    config.overlays.find(({ domain }) => domain === membership.domain) ??
    overlayEntry.parse({ domain: membership.domain })
  return reachableAddresses(entry.listen, networkInterfaces())
}

function readNames(text: string): string {
  const pattern = readNamePattern(text)
  if (pattern === undefined)
    throw new UsageError(`--serves "${text}" is not understood: give ${namePatternHelp}`)
  return pattern
}

function readRole(text = 'peer'): TicketTerms['role'] {
  if (text === 'peer' || text === 'client') return text
  throw new UsageError('--role is peer (holds and finds for others too) or client (only uses the overlay)')
}

function readHours(text: string | undefined): number {
  if (text === undefined) return usualHours
  const hours = Number(text)
  if (!(hours > 0 && hours <= mostHours)) throw new UsageError(`--hours takes a number up to ${mostHours}`)
  return hours
}
