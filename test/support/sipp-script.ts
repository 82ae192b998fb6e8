/** Text for headers and bodies may use SIPp's keywords, and variables that `keeps` has filled. */
export interface Sending {
  /** Instead of the dialog's target, or of `[called]` before there is a dialog. */
  readonly uri?: string
  readonly headers?: readonly string[]
  readonly contentType?: string
  readonly body?: string
  readonly cseq?: number
  /** The To header, of another dialog than the last. */
  readonly to?: string
  readonly maxForwards?: number
  /** Not sent again. SIPp sends nothing else before a request that it repeats has been answered. */
  readonly isUnrepeated?: boolean
  /** A name for the transaction, so that `of` can say it. */
  readonly as?: string
}

export interface Answering {
  readonly headers?: readonly string[]
  readonly body?: string
  /** Answers the request that was kept though other messages have come since. */
  readonly toKept?: boolean
  readonly contact?: string
  /** Of a router in front of the phone. */
  readonly recordRoute?: string
  /** Makes this the answer of another fork. */
  readonly tag?: string
}

export interface Awaiting {
  /** May be passed over. */
  readonly optional?: boolean
  /** The dialog's tag, target and route set are taken from here. */
  readonly opensDialog?: boolean
  /** The response belongs to the request that was sent as this one, not to the last. */
  readonly of?: string
  /** A challenge, for `[authentication …]` in what follows. */
  readonly isChallenge?: boolean
  /** Headers with an expression that their value must match; `null`: the header must not be there. */
  readonly has?: Readonly<Record<string, string | null>>
  /** Keeps this request for `answer(…, { toKept: true })`; the callee's first INVITE is kept anyway. */
  readonly isKept?: boolean
  /** Variables to fill from a header. */
  readonly keeps?: Readonly<Record<string, string>>
}

interface Invite {
  readonly transaction: string
  readonly cseq: number
  readonly step: number
}

/** SDP of an offer or answer. Another `version` alone only keeps the session alive (RFC 4028 §7.4). */
export const sdp = (version = 1, direction = 'sendrecv'): string =>
  `v=0\no=- 1 ${version} IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio 41000 RTP/AVP 8\na=${direction}`

/**
 * A SIPp scenario in the making; each method adds a step. Keys to give to SIPp: `contact`, the host and port where the
 * box finds it, and for a caller `caller` and `called`, two URIs.
 */
export class SippScript {
  readonly #side: 'caller' | 'callee'
  readonly #name: string
  readonly #steps: string[] = []
  readonly #variables = new Set<string>()
  #hasDialog = false
  #cseq = 0
  #transaction = ''
  #invite: Invite = { transaction: '', cseq: 0, step: 0 }
  readonly #invites = new Map<string, Invite>()
  #last = ''
  #invitesTaken = 0
  #checks = 0

  constructor(side: 'caller' | 'callee', name: string) {
    this.#side = side
    this.#name = name
  }

  /** A request; its responses are those awaited next. */
  send(method: string, options: Sending = {}): this {
    const cseq = options.cseq ?? this.#cseq + 1
    this.#cseq = cseq
    this.#transaction = options.as ?? `t${this.#steps.length}`
    if (method === 'INVITE') {
      this.#invite = { transaction: this.#transaction, cseq, step: this.#steps.length }
      this.#invites.set(this.#transaction, this.#invite)
    }
    const marks = `${options.isUnrepeated ? '' : ' retrans="500"'} start_txn="${this.#transaction}"`
    return this.#sendRequest(method, cseq, ownVia(), this.#hasDialog, marks, options)
  }

  /** For a 2xx: it goes where the dialog goes. */
  ack(options: Sending = {}): this {
    const { cseq, transaction } = this.#invite
    const marks = ` ack_txn="${options.as ?? transaction}"`
    return this.#sendRequest('ACK', options.cseq ?? cseq, ownVia(), true, marks, options)
  }

  /** For any other final response, which came last: part of the INVITE's transaction (RFC 3261 §17.1.1.3). */
  ackRefusal(): this {
    const { cseq, transaction } = this.#invite
    const marks = ` ack_txn="${transaction}"`
    return this.#sendRequest('ACK', cseq, '[last_Via:]', this.#hasDialog, marks, {}, '[last_To:]')
  }

  /** Takes the last INVITE back, or the one that was sent as `of`, whatever has come for it. */
  cancel(of?: string): this {
    if (of !== undefined) this.#invite = this.#invites.get(of) ?? this.#invite
    this.#transaction = this.#invite.transaction
    const via = ownVia(this.#invite.step - this.#steps.length)
    return this.#sendRequest('CANCEL', this.#invite.cseq, via, false, ' retrans="500"', {})
  }

  expect(status: number, options: Awaiting = {}): this {
    if (options.opensDialog) this.#hasDialog = true
    const challenge = options.isChallenge ? ' auth="true"' : ''
    const what = `response="${status}" response_txn="${options.of ?? this.#transaction}"${challenge}`
    return this.#receive(what, options, options.opensDialog === true)
  }

  /** 100 and 180 may come, in this order. */
  expectRinging(): this {
    return this.expect(100, { optional: true }).expect(180, { optional: true })
  }

  await(method: string, options: Awaiting = {}): this {
    this.#last = method
    if (method === 'INVITE') this.#invitesTaken += 1
    const isFirst = method === 'INVITE' && !this.#hasDialog && this.#side === 'callee'
    if (isFirst) this.#hasDialog = true
    return this.#receive(`request="${method}"`, options, isFirst || options.opensDialog === true)
  }

  answer(status: number, options: Answering = {}): this {
    const { headers = [], body, toKept = false } = options
    const isInvite = this.#last === 'INVITE' || toKept
    const lines = [`SIP/2.0 ${status} ${reasonOf(status)}`]
    if (toKept) lines.push('[$vias][$routes]From:[$remote]', `To:[$local];tag=${tagOf(options)}`)
    else lines.push('[last_Via:]', ...recordRoutes(options), '[last_From:]', this.#lastTo(isInvite, options))
    lines.push('Call-ID: [call_id]', toKept ? 'CSeq:[$cseq]' : '[last_CSeq:]')
    lines.push(...(isInvite ? [contactOf(options)] : []), ...headers)
    const isRepeated = isInvite && (status >= 200 || headers.includes('Require: 100rel'))
    return this.#write(isRepeated ? ' retrans="500"' : '', lines, body, 'application/sdp')
  }

  /** As long as `-d` says, or so many milliseconds. */
  pause(milliseconds?: number): this {
    return this.#step(milliseconds === undefined ? '<pause />' : `<pause milliseconds="${milliseconds}" />`)
  }

  /** Stays there to answer what is repeated. */
  linger(milliseconds = 500): this {
    return this.#step(`<timewait milliseconds="${milliseconds}" />`)
  }

  print(): string {
    const references = [...this.#variables].join(',')
    const head = `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${this.#name}">\n`
    const foot = references === '' ? '' : `<Reference variables="${references}" />\n`
    return `${head}${this.#steps.join('\n')}\n${foot}</scenario>\n`
  }

  #sendRequest(
    method: string,
    cseq: number,
    via: string,
    isInDialog: boolean,
    marks: string,
    options: Sending,
    to?: string,
  ): this {
    const { uri = isInDialog ? '[next_url]' : '[called]', headers = [], maxForwards = 70 } = options
    const lines = [`${method} ${uri} SIP/2.0`, via, ...(isInDialog ? ['[routes]'] : [])]
    lines.push(...this.#ends(isInDialog, to ?? options.to), 'Call-ID: [call_id]', `CSeq: ${cseq} ${method}`)
    lines.push(`Max-Forwards: ${maxForwards}`, ...(method === 'CANCEL' ? [] : [contact]), ...headers)
    return this.#write(marks, lines, options.body, options.contentType ?? 'application/sdp')
  }

  #ends(isInDialog: boolean, to: string | undefined): string[] {
    if (this.#side === 'callee') return [`From:[$local];tag=${tagOf({})}`, 'To:[$remote]']
    const from = 'From: <[caller]>;tag=[pid]c[call_number]'
    return [from, to ?? (isInDialog ? 'To:[$remote]' : 'To: <[called]>')]
  }

  #lastTo(isInvite: boolean, options: Answering): string {
    const isFirst = isInvite && this.#invitesTaken === 1
    const isUntagged = this.#side === 'callee' && (!this.#hasDialog || isFirst || options.tag !== undefined)
    return isUntagged ? `[last_To:];tag=${tagOf(options)}` : '[last_To:]'
  }

  #write(marks: string, lines: readonly string[], body: string | undefined, contentType: string): this {
    const length = body === undefined ? ['Content-Length: 0', ''] : ['Content-Length: [len]', '', body]
    const type = body === undefined ? [] : [`Content-Type: ${contentType}`]
    const text = [...lines, ...type, ...length].join('\n')
    return this.#step(`<send${marks}><![CDATA[\n\n${text}\n\n]]></send>`)
  }

  #receive(what: string, { optional, has = {}, keeps = {}, isKept }: Awaiting, isDialog: boolean): this {
    const marks = `${optional ? ' optional="true"' : ''}${isDialog ? ' rrs="true"' : ''}`
    const actions = Object.entries(has).map(([header, value]) => this.#check(header, value))
    for (const [variable, header] of Object.entries(keeps)) actions.push(this.#keep(variable, header))
    if (isDialog && this.#side === 'caller') actions.push(this.#keep('remote', 'To'))
    if (isDialog && this.#side === 'callee') {
      actions.push(this.#keep('remote', 'From'), this.#keep('local', 'To'))
    }
    if (isKept || (isDialog && this.#side === 'callee')) {
      actions.push(this.#keepLines('vias', 'Via'), this.#keepLines('routes', 'Record-Route'))
      actions.push(this.#keep('cseq', 'CSeq'))
    }
    const action = actions.length === 0 ? '' : `<action>${actions.join('')}</action>`
    return this.#step(`<recv ${what}${marks}>${action}</recv>`)
  }

  #check(header: string, value: string | null): string {
    const variable = this.#variable(`check${++this.#checks}`)
    const where = `search_in="hdr" header="${header}:" assign_to="${variable}"`
    if (value === null) return `<ereg regexp=".+" ${where} check_it_inverse="true" />`
    return `<ereg regexp="${escaped(value)}" ${where} check_it="true" />`
  }

  #keep(variable: string, header: string): string {
    return `<ereg regexp=".*" search_in="hdr" header="${header}:" check_it="true" assign_to="${this.#variable(variable)}" />`
  }

  /** All headers of that name, with their names. */
  #keepLines(variable: string, header: string): string {
    return `<ereg regexp="(${header}: [^[:cntrl:]]+[[:cntrl:]]+)+" search_in="msg" assign_to="${this.#variable(variable)}" />`
  }

  #variable(name: string): string {
    this.#variables.add(name)
    return name
  }

  #step(xml: string): this {
    this.#steps.push(xml)
    return this
  }
}

const contact = 'Contact: <sip:sipp@[contact];transport=[transport]>'

/** The branch of this message, or of one so many steps before. */
function ownVia(stepsAway = 0): string {
  const branch = stepsAway === 0 ? '[branch]' : `[branch${stepsAway}]`
  return `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branch};rport`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function recordRoutes({ recordRoute }: Answering): string[] {
  return [...(recordRoute === undefined ? [] : [`Record-Route: ${recordRoute}`]), '[last_Record-Route:]']
}

function contactOf(options: Answering): string {
  return options.contact === undefined ? contact : `Contact: ${options.contact}`
}

function tagOf({ tag = '' }: Answering): string {
  return `[pid]u[call_number]${tag}`
}

const reasons: Readonly<Record<number, string>> = {
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  302: 'Moved Temporarily',
  401: 'Unauthorized',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  491: 'Request Pending',
}

function reasonOf(status: number): string {
  return reasons[status] ?? 'As It Is'
}
