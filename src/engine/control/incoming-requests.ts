import { randomUUID } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { shortLived } from '../../lib/short-lived.ts'
import { TurnoverMap, TurnoverSet } from '../../lib/turnover-map.ts'
import { dialogIdOf } from '../dialog/dialog.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import type { SipRequest } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import { parseVia } from '../message/via.ts'
import type { OwnNames } from '../proxy/own-names.ts'
import type { ServerTransaction } from '../transaction/transaction-user.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import type { Application } from './application.ts'
import type { ApplicationPool } from './application-pool.ts'
import type { CallRecords } from './call-records.ts'
import { cancelOf } from './cancel-of.ts'
import { IncomingRequest } from './incoming-request.ts'
import { networkLeader, newRequestLeader } from './leader.ts'
import type { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import { makesDialog } from './outgoing-request.ts'
import { wireTime } from './wire-time.ts'

export interface IncomingParts {
  readonly transport: Transport
  readonly ownNames: OwnNames
  readonly pool: ApplicationPool
  readonly legs: DialogStore<Leg>
  readonly release: LegRelease
  readonly records: CallRecords
  readonly clock: Clock
  /** How long an application may leave an INVITE without any word, in milliseconds. */
  readonly applicationSilenceMs: number
}

/** Requests of the network in applications' hands. */
export class IncomingRequests {
  readonly #parts: IncomingParts
  readonly #open = new TurnoverMap<string, IncomingRequest>()
  readonly #byTransaction = new TurnoverMap<ServerTransaction, IncomingRequest>()
  /** Names of the dialogs that answers to open requests will make. */
  readonly #dialogIds = new TurnoverSet<string>()
  /** Requests whose transaction is not over, by what stays the same on every path they may take. */
  readonly #identities = new TurnoverSet<string>()

  constructor(parts: IncomingParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#open.size
  }

  find(transactionId: string): IncomingRequest | undefined {
    return this.#open.get(transactionId)
  }

  /** RFC 3261 §8.2.2.2: whether the same request, for the same user, has come by another path. */
  isMerged(request: SipRequest): boolean {
    return this.#identities.has(identityOf(request))
  }

  /** A request outside any dialog, to the application whose turn it is. */
  offer(application: Application, transaction: ServerTransaction, request: SipRequest): void {
    const incoming = this.#remember(application, transaction, undefined)
    if (!isHarmlessTwice(request.method)) {
      incoming.identity = identityOf(request)
      this.#identities.add(incoming.identity)
    }
    if (request.method === 'INVITE') {
      this.#parts.records.attempt('network', request)
      this.#watch(incoming)
    }
    const bytes = request.toBuffer()
    const leader = newRequestLeader(bytes.length, transaction.flow, this.#time(), incoming.transactionId)
    application.send(leader, bytes)
  }

  /** A request inside a dialog, to the application that holds it. */
  offerInLeg(leg: Leg, transaction: ServerTransaction, request: SipRequest): void {
    const incoming = this.#remember(leg.application, transaction, leg)
    this.bind(incoming, leg)
    this.#tell(incoming, request, transaction.flow, incoming.transactionId)
  }

  /** The caller hangs up before the answer (RFC 3261 §9.2). False when no application has the INVITE any more. */
  cancel(transaction: ServerTransaction, cancel: SipRequest): boolean {
    const incoming = this.#byTransaction.get(transaction)
    if (!incoming) return false
    this.#cancel(incoming, cancel, transaction.flow)
    return true
  }

  /** The request belongs to a proxy now, which may well let it come by again. */
  handOver(incoming: IncomingRequest): void {
    this.settle(incoming)
    this.#forgetIdentity(incoming.identity)
  }

  /** The request has got its final response. */
  settle(incoming: IncomingRequest): void {
    const { identity } = incoming
    // The transaction stays for half a minute, and nothing else of the call shall stay with it.
    incoming.transaction.onTerminated =
      identity === undefined ? undefined : () => this.#forgetIdentity(identity)
    this.#open.delete(incoming.transactionId)
    if (!incoming.isInLeg) this.#dialogIds.delete(incoming.dialogId)
    this.#byTransaction.delete(incoming.transaction)
    incoming.silence?.cancel()
    if (incoming.leg && incoming.transaction.isInvite) incoming.leg.pendingInvite = undefined
    if (incoming.leg?.pendingUpdate === incoming) incoming.leg.pendingUpdate = undefined
  }

  /** Gives up an INVITE on the engine's own account and lets the application know as if the caller had. */
  giveUp(incoming: IncomingRequest, status: number): void {
    incoming.transaction.respond(
      responseTo(incoming.request, status, undefined, { toTag: incoming.localTag() }),
    )
    this.#dropLeg(incoming)
    this.settle(incoming)
    this.#tell(incoming, cancelOf(incoming.request), undefined, incoming.transactionId)
  }

  /** Nobody is left to answer what the application was asked. */
  onGone(application: Application): void {
    for (const incoming of [...this.#open.values()]) {
      if (incoming.application !== application) continue
      const tag = { toTag: incoming.localTag() }
      incoming.transaction.respond(responseTo(incoming.request, 503, undefined, tag))
      this.#dropLeg(incoming)
      this.settle(incoming)
    }
  }

  /** The dialog that a response has made: it can end before the INVITE has its answer (RFC 3261 §15.1.2). */
  bind(incoming: IncomingRequest, leg: Leg): void {
    incoming.leg = leg
    if (incoming.request.method === 'UPDATE') leg.pendingUpdate = incoming
    if (!incoming.transaction.isInvite) return
    leg.pendingInvite = {
      onDialogEnded: () => {
        if (!incoming.transaction.isFinal) this.giveUp(incoming, 487)
      },
    }
  }

  #remember(application: Application, transaction: ServerTransaction, leg: Leg | undefined): IncomingRequest {
    const point = this.#parts.transport.listeningPointOf(transaction.flow)
    const dialogId = leg ? leg.id : this.#newDialogId(transaction.request)
    const incoming = new IncomingRequest(application, randomUUID(), transaction, point, leg, dialogId)
    this.#open.set(incoming.transactionId, incoming)
    this.#byTransaction.set(transaction, incoming)
    transaction.onTerminated = shortLived(() => this.#onTerminated(incoming))
    return incoming
  }

  /**
   * What applications will call the dialog. The usual name is taken when a proxy sends us our own request back, or the
   * same call comes for several users here.
   */
  #newDialogId(request: SipRequest): string {
    if (!makesDialog(request.method)) return ''
    const usual = dialogIdOf(request.callId, request.from.tag ?? '')
    let id = isSpiral(request, this.#parts.ownNames) ? `${usual};spiral` : usual
    for (let n = 2; this.#dialogIds.has(id) || this.#parts.legs.forksOf(id).length > 0; n++)
      id = `${usual};${n}`
    this.#dialogIds.add(id)
    return id
  }

  /** The transaction layer has given up on it: too slow, or the way back is gone. */
  #onTerminated(incoming: IncomingRequest): void {
    this.#forgetIdentity(incoming.identity)
    if (!this.#open.has(incoming.transactionId)) return
    this.#dropLeg(incoming)
    this.settle(incoming)
    if (incoming.transaction.isInvite)
      this.#tell(incoming, cancelOf(incoming.request), undefined, incoming.transactionId)
  }

  #forgetIdentity(identity: string | undefined): void {
    if (identity !== undefined) this.#identities.delete(identity)
  }

  #watch(incoming: IncomingRequest): void {
    const { clock, applicationSilenceMs } = this.#parts
    incoming.silence = clock.after(applicationSilenceMs, () => this.giveUp(incoming, 408))
  }

  #cancel(incoming: IncomingRequest, cancel: SipRequest, flow: Flow): void {
    const tag = { toTag: incoming.localTag() }
    const response = responseTo(incoming.request, 487, undefined, tag)
    incoming.transaction.respond(response)
    this.#tell(incoming, cancel, flow, incoming.transactionId)
    if (!incoming.isInLeg) this.#parts.records.stop('network', 'call-canceled', response)
    this.#dropLeg(incoming)
    this.settle(incoming)
  }

  /** A dialog that never got beyond early goes with the INVITE that made it. */
  #dropLeg(incoming: IncomingRequest): void {
    const { leg } = incoming
    if (leg && !incoming.isInLeg) this.#parts.release.end(leg)
  }

  #tell(incoming: IncomingRequest, request: SipRequest, flow: Flow | undefined, transactionId: string): void {
    const bytes = request.toBuffer()
    const dialogId = incoming.leg?.id ?? ''
    incoming.application.send(networkLeader(bytes.length, flow, this.#time(), transactionId, dialogId), bytes)
  }

  #time(): string {
    return wireTime(this.#parts.clock.now())
  }
}

/** The Request-URI belongs to it: one call may come for several users of ours, and each of them is to ring. */
const identityOf = ({ callId, from, cseq, uri }: SipRequest): string =>
  `${callId} ${from.tag} ${cseq.number} ${cseq.method} ${uri}`

/** The same answer twice: some phones begin such a request anew, under its old CSeq, when an answer is late. */
const isHarmlessTwice = (method: string): boolean => method === 'REGISTER' || method === 'OPTIONS'

/** Whether a proxy has sent back to us what we sent to it (RFC 3261 §6, spiral): our own Via is below the topmost. */
function isSpiral(request: SipRequest, ownNames: OwnNames): boolean {
  return request
    .values('via')
    .slice(1)
    .some((text) => {
      const { host, port } = parseVia(text)
      return ownNames.hasPlace(host, port)
    })
}
