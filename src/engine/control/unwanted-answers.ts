import type { Clock } from '../../lib/clock.ts'
import { Dialog, dialogIdOf, targetFrom } from '../dialog/dialog.ts'
import { routeSetFrom } from '../dialog/route-set.ts'
import type { SipResponse } from '../message/message.ts'
import type { TransactionLayer } from '../transaction/transaction-user.ts'

const rememberedForMs = 64_000
const maxRemembered = 8_192

interface Sent {
  readonly until: number
  /** To tags of the answers that were declined. */
  declined: Set<string> | undefined
}

/**
 * Answers that no application waits for: a second fork's, one from a hop that was given up, or one whose application
 * has gone. RFC 3261 §13.2.2.4: each is acknowledged, and then released by a BYE.
 */
export class UnwantedAnswers {
  readonly #layer: TransactionLayer
  readonly #clock: Clock
  /** Only what this engine asked for is acknowledged: a forged answer must not make it send anything. */
  readonly #invites = new Map<string, Sent>()

  constructor(layer: TransactionLayer, clock: Clock) {
    this.#layer = layer
    this.#clock = clock
  }

  /** An INVITE of ours went out. */
  expect(dialogId: string): void {
    const now = this.#clock.now()
    for (const [id, sent] of this.#invites) {
      if (sent.until > now && this.#invites.size < maxRemembered) break
      this.#invites.delete(id)
    }
    this.#invites.set(dialogId, { until: now + rememberedForMs, declined: undefined })
  }

  /** Acknowledges and releases. Returns false for an answer to an INVITE that this engine does not remember. */
  decline(answer: SipResponse, reason: string): boolean {
    const id = dialogIdOf(answer.callId, answer.from.tag ?? '')
    const sent = this.#invites.get(id)
    if (!sent) return false
    const dialog = dialogOf(answer, id)
    const sequence = answer.cseq.number
    const ack = dialog.newAck(sequence)
    this.#layer.sendDirect(ack.request, { kind: 'uri', uri: ack.nextHop })
    sent.declined ??= new Set()
    if (sent.declined.has(dialog.remoteTag)) return true
    sent.declined.add(dialog.remoteTag)
    const bye = dialog.newRequest('BYE', [{ name: 'Reason', key: 'reason', value: reason }])
    this.#layer.request(bye.request, { kind: 'uri', uri: bye.nextHop }, indifferent)
    return true
  }
}

/** The dialog as the answer alone tells it. */
function dialogOf(answer: SipResponse, id: string): Dialog {
  return new Dialog({
    id,
    usage: 'INVITE',
    isUac: true,
    callId: answer.callId,
    localTag: answer.from.tag ?? '',
    remoteTag: answer.to.tag ?? '',
    localParty: answer.get('from') ?? '',
    remoteParty: answer.get('to') ?? '',
    routeSet: routeSetFrom(answer, true),
    remoteTarget: targetFrom(answer, answer.to.uri),
    localContact: undefined,
    localSequence: answer.cseq.number,
    remoteSequence: undefined,
  })
}

// Whatever the far end makes of the BYE, the call is over.
const indifferent = { onResponse: () => undefined, onFailure: () => undefined }
