import { decodeAnswer, encodeForm } from '../../identity/enrolment-form.ts'
import { type EnrolmentTicket, parseTicket, proveTicket } from '../../identity/enrolment-ticket.ts'
import { MembershipProblem, OverlayMembership } from '../../identity/overlay-membership.ts'
import { TrustedCredentials } from '../../identity/trusted-credentials.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import { PeerRefused } from '../../overlay/overlay-errors.ts'
import { PeerCalls } from '../../overlay/peer-calls.ts'
import { peerIdOf } from '../../overlay/peer-id.ts'
import { encodeMessage } from '../../overlay/peer-message.ts'
import { Libp2pNetwork } from './libp2p-network.ts'

const dialWithin = 15_000
const answerWithin = 10_000

/** The ticket is no good, or the inviting box cannot be reached or refuses; the message says what to do. */
export class EnrolmentFailed extends Error {
  override readonly name = 'EnrolmentFailed'
}

/**
 * Makes this box a member by a ticket. The box itself need not run; the inviting one must. Returns the overlay's domain.
 * Throws `TicketUnreadable`, `MembershipProblem`, `EnrolmentFailed`.
 */
export async function joinOverlay(
  text: string,
  dataDir: string,
  clock: Clock = systemClock,
): Promise<string> {
  const ticket = parseTicket(text)
  const membership = new OverlayMembership(dataDir, ticket.overlay)
  if (membership.exists)
    throw new MembershipProblem(`this box is already in the overlay ${ticket.overlay}: nothing to do`)
  if (clock.now() > ticket.expiresAt)
    throw new EnrolmentFailed(
      `the ticket expired at ${new Date(ticket.expiresAt).toISOString()}: ask for a new one, or check this box's clock`,
    )
  // Kept before the ticket is used: should the answer get lost, the same box may ask again.
  const key = membership.identity()
  const credential = await askForCredential(ticket, key, clock)
  checkCredential(credential, ticket, key)
  membership.save(key, ticket.trustRoot, credential, ticket.addresses)
  return ticket.overlay
}

async function askForCredential(ticket: EnrolmentTicket, key: SigningKey, clock: Clock): Promise<Uint8Array> {
  const network = new Libp2pNetwork({ domain: ticket.overlay, key, listen: [], mdns: false })
  const noMember = encodeMessage({ type: 'refused', code: 'joining', reason: 'this box is about to enrol' })
  await network.open({
    connected: () => undefined,
    disconnected: () => undefined,
    found: () => undefined,
    request: () => Promise.resolve(noMember),
    stream: (_, stream) => stream.destroy(),
  })
  try {
    const peer = await network
      .dial(peerIdOf(ticket.admitting), ticket.addresses, AbortSignal.timeout(dialWithin))
      .catch((cause: Error) => {
        const places = ticket.addresses.join(', ')
        throw new EnrolmentFailed(
          `the inviting box cannot be reached at ${places}: is it running, and is its port open? (${cause.message})`,
          { cause },
        )
      })
    const form = encodeForm({
      ticket: ticket.id,
      proof: proveTicket(ticket.secret, ticket.id, key.publicKey),
    })
    const reply = await new PeerCalls(network, clock)
      .ask(peer, { type: 'enrol', form }, 'enrolled', answerWithin)
      .catch((cause: Error) => {
        const who =
          cause instanceof PeerRefused ? 'the inviting box refused' : 'the inviting box did not answer'
        throw new EnrolmentFailed(`${who}: ${cause.message}`, { cause })
      })
    const answer = decodeAnswer(reply.answer)
    if (answer.outcome === 'refused') throw new EnrolmentFailed(answer.reason)
    return answer.credential
  } finally {
    await network.close()
  }
}

// The ticket names the trust root: a box that only pretends to be of this overlay cannot sign for it.
function checkCredential(bytes: Uint8Array, ticket: EnrolmentTicket, key: SigningKey): void {
  const credential = new TrustedCredentials(ticket.trustRoot, ticket.overlay).read(bytes)
  if (Buffer.compare(credential.publicKey, key.publicKey) !== 0)
    throw new EnrolmentFailed('the inviting box gave a credential for another box')
}
