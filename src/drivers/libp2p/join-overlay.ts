import { setTimeout as delay } from 'node:timers/promises'
import { decodeAnswer, type EnrolmentAnswer, encodeForm } from '../../identity/enrolment-form.ts'
import { type EnrolmentTicket, parseTicket, proveTicket } from '../../identity/enrolment-ticket.ts'
import { MembershipProblem } from '../../identity/membership-problem.ts'
import { OverlayMembership } from '../../identity/overlay-membership.ts'
import { TrustedCredentials } from '../../identity/trusted-credentials.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import { utcMinute } from '../../lib/utc-minute.ts'
import { PeerRefused } from '../../overlay/overlay-errors.ts'
import { PeerCalls } from '../../overlay/protocol/peer-calls.ts'
import { peerIdOf } from '../../overlay/protocol/peer-id.ts'
import { encodeMessage } from '../../overlay/protocol/peer-message.ts'
import { Libp2pNetwork } from './libp2p-network.ts'

const dialWithin = 15_000
const answerWithin = 10_000
const askAgainAfter = 2_000

/** The ticket is no good, or the inviting box cannot be reached or refuses; the message says what to do. */
export class EnrolmentFailed extends Error {
  override readonly name: string = 'EnrolmentFailed'
}

/** Nobody has approved yet; the same ticket may be shown again. */
export class EnrolmentPending extends EnrolmentFailed {
  override readonly name = 'EnrolmentPending'
}

export interface JoinOptions {
  readonly dataDir: string
  /** A box that is a member already takes a new credential, and keeps its name. */
  readonly again?: boolean
  /** How long to wait for somebody's approval, in milliseconds. */
  readonly waitMilliseconds?: number
  /** Told once when the ticket needs an approval, with this box's peer id. */
  readonly onPending?: (peer: string) => void
  readonly clock?: Clock
}

/**
 * Makes this box a member by a ticket. The box itself need not run; the inviting one must. Returns the overlay's domain.
 * Throws `TicketUnreadable`, `MembershipProblem`, `EnrolmentFailed`, `EnrolmentPending`.
 */
export async function joinOverlay(text: string, options: JoinOptions): Promise<string> {
  const { dataDir, again = false, clock = systemClock } = options
  const ticket = parseTicket(text)
  const membership = new OverlayMembership(dataDir, ticket.overlay)
  const present = membership.exists ? membership.load() : undefined
  if (present && !again)
    throw new MembershipProblem(
      `this box is already in the overlay ${ticket.overlay}: nothing to do (to give it the rights of this ticket: --again)`,
    )
  if (present && Buffer.compare(present.trustRoot, ticket.trustRoot) !== 0)
    throw new MembershipProblem(
      `the ticket is for another overlay that is also called ${ticket.overlay}: its trust root is not the one of this box`,
    )
  const now = clock.now()
  if (now > ticket.expiresAt)
    throw new EnrolmentFailed(
      `the ticket expired at ${utcMinute(ticket.expiresAt)}, and it is ${utcMinute(now)} here: ask for a new one, or check this box's clock`,
    )
  // Kept before the ticket is used: should the answer get lost, the same box may ask again.
  const key = membership.identity()
  const credential = await askForCredential(ticket, key, clock, options)
  checkCredential(credential, ticket, key)
  if (present) membership.replaceCredential(credential)
  else membership.save(key, ticket.trustRoot, credential, ticket.addresses)
  return ticket.overlay
}

async function askForCredential(
  ticket: EnrolmentTicket,
  key: SigningKey,
  clock: Clock,
  { waitMilliseconds = 0, onPending }: JoinOptions,
): Promise<Uint8Array> {
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
    const giveUpAt = clock.now() + waitMilliseconds
    for (let asked = 1; ; asked++) {
      const answer = await handIn(ticket, key, clock, network)
      if (answer.outcome === 'enrolled') return answer.credential
      if (answer.outcome === 'refused') throw new EnrolmentFailed(answer.reason)
      if (asked === 1) onPending?.(network.self)
      if (clock.now() + askAgainAfter > giveUpAt) throw new EnrolmentPending(stillWaiting(network.self))
      await delay(askAgainAfter)
    }
  } finally {
    await network.close()
  }
}

async function handIn(
  ticket: EnrolmentTicket,
  key: SigningKey,
  clock: Clock,
  network: Libp2pNetwork,
): Promise<EnrolmentAnswer> {
  const peer = await network
    .dial(peerIdOf(ticket.admitting), ticket.addresses, AbortSignal.timeout(dialWithin))
    .catch((cause: Error) => {
      const places = ticket.addresses.join(', ')
      throw new EnrolmentFailed(
        `the inviting box cannot be reached at ${places}: is it running, and is its port open? (${cause.message})`,
        { cause },
      )
    })
  const proof = proveTicket(ticket.secret, ticket.id, key.publicKey)
  const form = encodeForm({ ticket: ticket.id, proof, at: clock.now() })
  const reply = await new PeerCalls(network, clock)
    .ask(peer, { type: 'enrol', form }, 'enrolled', answerWithin)
    .catch((cause: Error) => {
      const who =
        cause instanceof PeerRefused ? 'the inviting box refused' : 'the inviting box did not answer'
      throw new EnrolmentFailed(`${who}: ${cause.message}`, { cause })
    })
  return decodeAnswer(reply.answer)
}

// The ticket names the trust root: a box that only pretends to be of this overlay cannot sign for it.
function checkCredential(bytes: Uint8Array, ticket: EnrolmentTicket, key: SigningKey): void {
  const credential = new TrustedCredentials(ticket.trustRoot, ticket.overlay).read(bytes)
  if (Buffer.compare(credential.publicKey, key.publicKey) !== 0)
    throw new EnrolmentFailed('the inviting box gave a credential for another box')
}

function stillWaiting(peer: string): string {
  return `nobody has approved yet at the inviting box: run the same command again later (this box is ${peer})`
}
