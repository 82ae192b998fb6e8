import type { IncomingInvite, ResponseOptions, SipDialog, SipHeaders } from '../../domain/sip.ts'
import type { CallDialog, DialogParts } from './call-dialog.ts'
import type { ControlExchange } from './client-transactions.ts'
import type { SipFrame } from './control-frame.ts'
import { EngineRefused } from './link-trouble.ts'
import { ReceivedRequest } from './received-request.ts'

export interface InviteTable {
  /** The dialog that our 2xx has made. */
  openDialog(parts: DialogParts): CallDialog
  /** Its final response is out: CANCEL can no longer reach it. */
  inviteDone(invite: ReceivedInvite): void
}

const tagPattern = /;\s*tag=([^;\s>]+)\s*(;|$)/i

/** A new INVITE. The engine has sent 100, hides retransmissions, and answers CANCEL and the INVITE (487) by itself. */
export class ReceivedInvite extends ReceivedRequest implements IncomingInvite {
  readonly #table: InviteTable
  readonly #cancel = new AbortController()

  constructor(frame: SipFrame, control: ControlExchange, table: InviteTable) {
    super(frame, control)
    this.#table = table
  }

  get cancelled(): AbortSignal {
    return this.#cancel.signal
  }

  /** The name under which the engine knows the dialog that this INVITE may make. */
  get earlyDialogId(): string {
    const tag = tagPattern.exec(this.header('from') ?? '')?.[1] ?? ''
    return `${this.callId};from-tag=${tag}`
  }

  /** `reason`: the Reason header of the CANCEL. */
  onCancel(reason?: string): void {
    this.markFinal()
    this.#cancel.abort(reason)
  }

  override async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    if (status >= 200) this.#table.inviteDone(this)
    await super.respond(status, this.#reliably(status, options))
  }

  async answer(sdp: string, options: { readonly headers?: SipHeaders } = {}): Promise<SipDialog> {
    if (this.#cancel.signal.aborted) throw new EngineRefused('the caller gave up before the answer')
    const headers = options.headers ?? {}
    let dialog: CallDialog | undefined
    let firstAck: Promise<void> | undefined
    // The dialog is made in the same turn as the engine's reply: its BYE may be the very next frame. Until then the INVITE
    // is open: a PRACK for what rang may still come, and a CANCEL that the engine took before our answer.
    const done = () => this.#table.inviteDone(this)
    const taken = this.exchangeResponse(200, { headers, body: sdp }, (reply) => {
      done()
      dialog = this.#table.openDialog({
        id: reply.tokens[11] || this.earlyDialogId,
        callId: this.callId,
        localSdp: sdp,
        remoteSdp: this.body,
        contact: contactOf(headers),
        account: undefined,
      })
      if (this.body === '') firstAck = dialog.firstAcknowledgement()
    })
    await taken.finally(done)
    if (!dialog) throw new EngineRefused('the answer made no dialog')
    await firstAck // RFC 3264 §4: an INVITE without offer is answered by the ACK
    return dialog
  }

  /** RFC 3262 §3: a caller that requires reliable provisional responses must get them. */
  #reliably(status: number, options: ResponseOptions): ResponseOptions {
    if (status <= 100 || status >= 200) return options
    const requires = this.headers('require').some((value) => /(^|,)\s*100rel\s*(,|$)/i.test(value))
    return requires ? { ...options, headers: { ...options.headers, Require: '100rel' } } : options
  }
}

function contactOf(headers: SipHeaders): string | undefined {
  for (const name in headers) {
    const value = headers[name]
    if (name.toLowerCase() === 'contact') return typeof value === 'string' ? value : value?.[0]
  }
  return undefined
}
