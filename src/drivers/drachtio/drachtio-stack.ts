import type {
  IncomingInvite,
  IncomingRequest,
  IncomingSubscribe,
  InviteOptions,
  OutgoingOptions,
  ProxyOptions,
  SentSubscribe,
  SipDialog,
  SipResponseView,
  SipStack,
  SipTransport,
  SubscribeOptions,
} from '../../domain/sip.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { TurnoverMap, TurnoverSet } from '../../lib/turnover-map.ts'
import { sendAuthenticated } from './authenticated-request.ts'
import { CallDialog, type DialogParts } from './call-dialog.ts'
import { ClientTransactions } from './client-transactions.ts'
import { type ControlAddress, ControlConnection } from './control-connection.ts'
import type { SipFrame } from './control-frame.ts'
import { type ListeningPoint, readListeningPoints } from './listening-points.ts'
import { OutgoingInvite } from './outgoing-invite.ts'
import { forwardRequest } from './proxy-frame.ts'
import { reasonIn } from './reason-header.ts'
import { ReceivedInvite } from './received-invite.ts'
import { ReceivedRequest } from './received-request.ts'
import { ReceivedSubscribe } from './received-subscribe.ts'
import { localResponse, lostResponse } from './response-view.ts'
import { SessionRefresher } from './session-refresher.ts'
import { SubscriptionTable } from './subscription-table.ts'

type Handler = (request: IncomingRequest) => Promise<void>

/** Methods the engine is told to send us; those without a handler are answered 405 (RFC 3261 §8.2.1). */
const knownMethods = 'INVITE REGISTER OPTIONS MESSAGE SUBSCRIBE NOTIFY PUBLISH INFO REFER UPDATE PRACK'.split(
  ' ',
)
/** RFC 5031: phones may call for help by a service URN. */
const knownScheme = /^\S+ (?:sips?|tel|urn:service):/i
/** In the Allow header besides those with a handler: they work in every dialog. */
const dialogMethods = ['ACK', 'CANCEL', 'BYE', 'INFO', 'REFER', 'NOTIFY', 'UPDATE', 'PRACK']

/** SIP over drachtio's control protocol: the embedded engine or a drachtio-server, it cannot tell which. */
export class DrachtioStack implements SipStack, Part {
  readonly name = 'sip-stack'
  readonly #control: ControlConnection
  readonly #transactions: ClientTransactions
  readonly #clock: Clock
  readonly #log: Log
  readonly #handlers = new Map<string, Handler>()
  readonly #dialogs = new TurnoverMap<string, CallDialog>()
  readonly #subscriptions: SubscriptionTable
  readonly #openInvites = new TurnoverMap<string, ReceivedInvite>()
  /** Dialogs of calls of ours that are not answered yet. */
  readonly #earlyDialogs = new TurnoverSet<string>()
  readonly #hostPorts = new Map<string, string>()
  #listening: readonly ListeningPoint[] = []
  #onMoved: () => void = () => undefined
  #onConnected: (listening: readonly ListeningPoint[]) => void = () => undefined
  #onInvite: ((invite: IncomingInvite) => Promise<void>) | undefined
  #onSubscribe: ((subscribe: IncomingSubscribe) => Promise<void>) | undefined

  constructor(address: ControlAddress, log: Log, clock: Clock = systemClock) {
    this.#log = log
    this.#clock = clock
    this.#control = new ControlConnection(address, this, clock, log)
    this.#transactions = new ClientTransactions(this.#control)
    this.#subscriptions = new SubscriptionTable(this.#transactions, this.#control)
  }

  /** Connects; rejects when no engine answers within ten seconds or it refuses the secret. */
  async start(): Promise<void> {
    try {
      await this.#control.open(knownMethods.map((method) => method.toLowerCase()))
    } catch (error) {
      await this.#control.close()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#control.close()
    this.onDown()
  }

  get isConnected(): boolean {
    return this.#control.isUp
  }

  /** What is under way, for metrics and leak tests. */
  get counts(): {
    readonly dialogs: number
    readonly subscriptions: number
    readonly openInvites: number
    readonly transactions: number
  } {
    return {
      dialogs: this.#dialogs.size,
      subscriptions: this.#subscriptions.size,
      openInvites: this.#openInvites.size,
      transactions: this.#transactions.size,
    }
  }

  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void {
    this.#onInvite = handler
  }

  onRequest(method: string, handler: Handler): void {
    this.#handlers.set(method, handler)
  }

  onSubscribe(handler: (subscribe: IncomingSubscribe) => Promise<void>): void {
    this.#onSubscribe = handler
  }

  subscribe(uri: string, options: SubscribeOptions): Promise<SentSubscribe> {
    return this.#subscriptions.subscribe((...asked) => this.request(...asked), uri, options)
  }

  async request(method: string, uri: string, options: OutgoingOptions = {}): Promise<SipResponseView> {
    const { headers = {}, body = '', proxy, account, signal } = options
    if (signal?.aborted) return localResponse(408, 'Request Timeout')
    const { promise, resolve } = Promise.withResolvers<SipResponseView>()
    const giveUp = () => resolve(localResponse(408, 'Request Timeout'))
    signal?.addEventListener('abort', giveUp, { once: true })
    sendAuthenticated(
      this.#transactions,
      { method, uri, headers, body, proxy, account },
      { onFinal: resolve, onLost: (error) => resolve(lostResponse(error)) },
    )
    const response = await promise
    signal?.removeEventListener('abort', giveUp)
    return response
  }

  invite(uri: string, options: InviteOptions & { readonly body: string }): Promise<SipDialog> {
    const network = {
      transactions: this.#transactions,
      openDialog: (parts: DialogParts) => this.openDialog(parts),
      earlyDialog: (id: string, state: 'begun' | 'over') => {
        if (state === 'begun') this.#earlyDialogs.add(id)
        else this.#earlyDialogs.delete(id)
      },
    }
    return new OutgoingInvite(network, uri, options).send()
  }

  proxy(
    request: IncomingRequest,
    destinations: readonly string[],
    options: ProxyOptions = {},
  ): Promise<number> {
    if (!(request instanceof ReceivedRequest))
      throw new TypeError('only a request of this stack can be proxied')
    // From here the engine answers CANCEL alone.
    if (request instanceof ReceivedInvite) this.inviteDone(request)
    return forwardRequest(this.#control, request, destinations, options)
  }

  localHostPort(transport: SipTransport): string | undefined {
    return this.#hostPorts.get(transport)
  }

  /** Where the engine hears SIP, as it was told when it was last connected. */
  get listening(): readonly ListeningPoint[] {
    return this.#listening
  }

  /** Called at each connection with where the engine hears SIP. */
  onConnected(listener: (listening: readonly ListeningPoint[]) => void): void {
    this.#onConnected = listener
  }

  /** The engine tells others another address than when it was connected. */
  moved(advertised: readonly ListeningPoint[]): void {
    this.#advertise(advertised)
    this.#onMoved()
  }

  /** Called when `localHostPort` has changed. */
  onMoved(listener: () => void): void {
    this.#onMoved = listener
  }

  onUp(advertised: string, local: string): void {
    this.#advertise(readListeningPoints(advertised))
    this.#listening = readListeningPoints(local)
    this.#log.info({ listening: local, advertised }, 'SIP engine connected')
    this.#onConnected(this.#listening)
  }

  #advertise(points: readonly ListeningPoint[]): void {
    this.#hostPorts.clear()
    for (const { transport, hostPort } of points)
      if (!this.#hostPorts.has(transport)) this.#hostPorts.set(transport, hostPort)
  }

  onDown(): void {
    for (const invite of [...this.#openInvites.values()]) invite.onCancel()
    this.#openInvites.clear()
    for (const dialog of [...this.#dialogs.values()]) {
      dialog.end({ by: 'engine', reason: 'connection to the SIP engine lost' })
    }
    this.#subscriptions.endAll()
    this.#transactions.lostAll()
  }

  onSip(frame: SipFrame): void {
    if (frame.message.startLine.startsWith('SIP/2.0 ')) this.#transactions.onResponse(frame)
    else if (frame.transactionId === 'unsolicited') this.#onEngineBye(frame)
    else this.#onRequestFrame(frame)
  }

  openDialog(parts: DialogParts): CallDialog {
    const dialog = new CallDialog(parts, {
      transactions: this.#transactions,
      control: this.#control,
      forget: (id) => {
        this.#dialogs.delete(id)
        refresher?.stop()
      },
    })
    const refresher = parts.refresh && new SessionRefresher(dialog, parts.refresh, this.#clock)
    refresher?.start()
    this.#dialogs.set(parts.id, dialog)
    return dialog
  }

  inviteDone(invite: ReceivedInvite): void {
    this.#openInvites.delete(invite.transactionId)
  }

  /** The engine has hung up by itself: no ACK came, or the session expired. */
  #onEngineBye(frame: SipFrame): void {
    this.#dialogs.get(frame.dialogId)?.end({ by: 'engine', reason: reasonIn(frame.message) })
  }

  #onRequestFrame(frame: SipFrame): void {
    const { message, dialogId } = frame
    const method = message.startLine.slice(0, message.startLine.indexOf(' '))
    const dialog = dialogId ? (this.#dialogs.get(dialogId) ?? this.#subscriptions.get(dialogId)) : undefined
    if (method === 'CANCEL') this.#onCancel(frame)
    else if (dialog) dialog.receive(frame)
    else if (method === 'ACK')
      return // of a dialog that is gone
    else if (dialogId || hasTag(message.header('to'))) this.#onStray(frame, method)
    // RFC 3261 §8.2.2.1
    else if (!knownScheme.test(message.startLine))
      new ReceivedRequest(frame, this.#control).respondAndForget(416)
    else if (method === 'INVITE') this.#onInviteFrame(frame)
    else if (method === 'SUBSCRIBE' && this.#onSubscribe) this.#onSubscribeFrame(frame, this.#onSubscribe)
    else this.#onPlainRequest(new ReceivedRequest(frame, this.#control))
  }

  #onCancel(frame: SipFrame): void {
    const invite = this.#openInvites.get(frame.transactionId)
    if (!invite) return // answered already
    this.#openInvites.delete(frame.transactionId)
    invite.onCancel(reasonIn(frame.message))
  }

  #onInviteFrame(frame: SipFrame): void {
    const invite = new ReceivedInvite(frame, this.#control, this)
    const handler = this.#onInvite
    if (!handler) {
      this.#refuseMethod(invite)
      return
    }
    this.#openInvites.set(invite.transactionId, invite)
    this.#run(invite, handler(invite))
  }

  #onSubscribeFrame(frame: SipFrame, handler: (subscribe: IncomingSubscribe) => Promise<void>): void {
    const subscribe = new ReceivedSubscribe(frame, this.#control, (id) => this.#subscriptions.open(id))
    this.#run(subscribe, handler(subscribe))
  }

  #onPlainRequest(request: ReceivedRequest): void {
    const handler = this.#handlers.get(request.method)
    if (handler) this.#run(request, handler(request))
    else this.#refuseMethod(request)
  }

  /** A request in a dialog we do not have, or have only as an early one. */
  #onStray(frame: SipFrame, method: string): void {
    const request = new ReceivedRequest(frame, this.#control)
    const isEarly =
      this.#earlyDialogs.has(frame.dialogId) ||
      [...this.#openInvites.values()].some((invite) => frame.dialogId.startsWith(invite.earlyDialogId))
    if (isEarly && method === 'PRACK') request.respondAndForget(200)
    // RFC 3311 §5.1: without an offer there is nothing to agree on.
    else if (isEarly && method === 'UPDATE' && request.body === '') request.respondAndForget(200)
    // RFC 3311 §5.2: an UPDATE that cannot be handled now is told to come back
    else if (isEarly && method === 'UPDATE') request.respondAndForget(500, { 'Retry-After': '3' })
    else request.respondAndForget(481)
  }

  #refuseMethod(request: ReceivedRequest): void {
    const allowed = new Set([
      ...(this.#onInvite ? ['INVITE'] : []),
      ...(this.#onSubscribe ? ['SUBSCRIBE'] : []),
      ...dialogMethods,
      ...this.#handlers.keys(),
    ])
    request.respondAndForget(405, { Allow: [...allowed].join(', ') })
  }

  /** A handler that throws is a bug of ours: 500 and a stack in the log. */
  #run(request: ReceivedRequest, work: Promise<void>): void {
    work.catch((error: unknown) => {
      const stack = error instanceof Error ? error.stack : String(error)
      this.#log.error({ method: request.method, callId: request.callId, stack }, 'request handler failed')
      if (request instanceof ReceivedInvite) this.inviteDone(request)
      request.respondAndForget(500)
    })
  }
}

function hasTag(to: string | undefined): boolean {
  return to !== undefined && /;\s*tag=/i.test(to)
}
