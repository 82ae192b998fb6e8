import { networkInterfaces } from 'node:os'
import { parseArgs } from 'node:util'
import { overlayEntry } from '../config/sections/overlays.ts'
import { reachableAddresses } from '../drivers/libp2p/reachable-addresses.ts'
import { printTicket } from '../identity/enrolment-ticket.ts'
import { MembershipProblem, OverlayMembership } from '../identity/overlay-membership.ts'
import { systemClock } from '../lib/clock.ts'
import { type Command, UsageError } from './command.ts'
import { chosenOverlay, type OverlayPlace, overlayOptions, overlayPlace } from './overlay-options.ts'

const hour = 3_600_000
const usualHours = 72
const mostHours = 24 * 366

export const overlayInviteCommand: Command = {
  name: 'invite',
  summary:
    'print a ticket that lets one box in   [DOMAIN] [--hours 72] [--serves DOMAIN]… [--address MULTIADDRESS]…',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...overlayOptions,
        hours: { type: 'string' },
        serves: { type: 'string', multiple: true },
        address: { type: 'string', multiple: true },
      },
    })
    const place = overlayPlace(values)
    const membership = new OverlayMembership(place.dataDir, chosenOverlay(positionals[0], place.dataDir))
    const { overlay, key, trustRoot } = membership.load()
    if (!membership.trustRootKey())
      throw new MembershipProblem(
        'tickets are made at the box that created the overlay: it holds the trust root',
      )
    const addresses = [...(values.address ?? []), ...addressesOf(membership, place)].slice(0, 16)
    if (addresses.length === 0)
      throw new MembershipProblem(
        'nobody could reach this box: start it first, or give an address with --address /ip4/…/tcp/…',
      )
    const now = systemClock.now()
    const mayServe = (values.serves ?? ['*']).map((domain) => domain.toLowerCase())
    const shelved = membership.shelf.add(now + readHours(values.hours) * hour, mayServe, now)
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

function readHours(text: string | undefined): number {
  if (text === undefined) return usualHours
  const hours = Number(text)
  if (!(hours > 0 && hours <= mostHours)) throw new UsageError(`--hours takes a number up to ${mostHours}`)
  return hours
}
