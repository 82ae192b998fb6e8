import { isToken } from './character-classes.ts'
import { type CSeq, parseCSeq } from './cseq.ts'
import { type HeaderLine, HeaderSection } from './header-section.ts'
import { hasScheme, type NameAddr, parseNameAddr, parseNameAddrs } from './name-addr.ts'
import { SipParseError } from './sip-parse-error.ts'
import { parseFirstVia, type Via } from './via.ts'

export type { HeaderLine } from './header-section.ts'

export type SipMessage = SipRequest | SipResponse
export type HeaderEntries = Iterable<readonly [name: string, value: string]>

const noBody = Buffer.alloc(0)

/**
 * What requests and responses share. The typed accessors read their header when first asked, keep the result until
 * that header changes, and throw SipParseError 400 when it is missing or malformed; on a message that `parseMessage`
 * returned, only `contacts` can throw. What they return is shared between copies: do not change it.
 */
export abstract class SipMessageBase extends HeaderSection {
  abstract readonly isRequest: boolean
  #body: Buffer = noBody
  #contentLength: number | undefined
  #topVia: Via | undefined
  #from: NameAddr | undefined
  #to: NameAddr | undefined
  #cseq: CSeq | undefined
  #contacts: readonly NameAddr[] | undefined
  #wire: Buffer | undefined

  constructor(headers: HeaderEntries | undefined, body: Buffer | undefined) {
    super()
    if (headers) for (const [name, value] of headers) this.append(name, value)
    if (body) this.#body = body
  }

  protected abstract startLine(): string

  get body(): Buffer {
    return this.#body
  }

  set body(body: Buffer) {
    this.#body = body
    this.#wire = undefined
  }

  /** As received; undefined when there was none. What is printed follows the body. */
  get contentLength(): number | undefined {
    return this.#contentLength
  }

  get topVia(): Via {
    this.#topVia ??= parseFirstVia(this.#required('via', 'Via'))
    return this.#topVia
  }

  get from(): NameAddr {
    this.#from ??= parseNameAddr(this.#required('from', 'From'))
    return this.#from
  }

  get to(): NameAddr {
    this.#to ??= parseNameAddr(this.#required('to', 'To'))
    return this.#to
  }

  get cseq(): CSeq {
    this.#cseq ??= parseCSeq(this.#required('cseq', 'CSeq'))
    return this.#cseq
  }

  get callId(): string {
    return this.#required('call-id', 'Call-ID')
  }

  /** Empty without a Contact header. `Contact: *` is one value with `isStar`. */
  get contacts(): readonly NameAddr[] {
    this.#contacts ??= this.getAll('contact').flatMap(parseNameAddrs)
    return this.#contacts
  }

  /** Asks for the headers that every message must have (RFC 3261 §8.1.1): their accessors throw. */
  checkMandatory(): void {
    void this.topVia
    void this.from
    void this.to
    void this.callId
    void this.cseq
  }

  /** The whole message as it goes out. Kept until the message changes: do not write into it. */
  toBuffer(): Buffer {
    this.#wire ??= this.#print()
    return this.#wire
  }

  toText(): string {
    return this.toBuffer().toString('utf8')
  }

  /** Takes over what the parser found. `wire` is the datagram itself when printing would give the same bytes. */
  adoptReceived(lines: HeaderLine[], body: Buffer, contentLength: number | undefined, wire?: Buffer): void {
    this.adoptLines(lines)
    this.#body = body
    this.#contentLength = contentLength
    this.#wire = wire
  }

  protected override headerChanged(key: string): void {
    this.#wire = undefined
    if (key === 'via') this.#topVia = undefined
    else if (key === 'from') this.#from = undefined
    else if (key === 'to') this.#to = undefined
    else if (key === 'cseq') this.#cseq = undefined
    else if (key === 'contact') this.#contacts = undefined
  }

  protected startLineChanged(): void {
    this.#wire = undefined
  }

  protected copyFrom(other: SipMessageBase): void {
    this.adoptLines(other.headerLines().slice())
    this.#body = other.#body
    this.#contentLength = other.#contentLength
    this.#topVia = other.#topVia
    this.#from = other.#from
    this.#to = other.#to
    this.#cseq = other.#cseq
    this.#contacts = other.#contacts
    this.#wire = other.#wire
  }

  #required(key: string, name: string): string {
    const value = this.get(key)
    if (!value) throw new SipParseError(`Missing ${name} Header`)
    return value
  }

  #print(): Buffer {
    const body = this.#body
    const head = `${this.startLine()}\r\n${this.printLines()}Content-Length: ${body.length}\r\n\r\n`
    const headBytes = Buffer.byteLength(head)
    const wire = Buffer.allocUnsafe(headBytes + body.length)
    if (headBytes === head.length) wire.write(head, 'latin1')
    else wire.write(head, 'utf8')
    body.copy(wire, headBytes)
    return wire
  }
}

export class SipRequest extends SipMessageBase {
  readonly isRequest = true
  #method: string
  #uri: string

  constructor(method: string, uri: string, headers?: HeaderEntries, body?: Buffer) {
    super(headers, body)
    this.#method = checkedMethod(method)
    this.#uri = checkedUri(uri)
  }

  get method(): string {
    return this.#method
  }

  set method(method: string) {
    this.#method = checkedMethod(method)
    this.startLineChanged()
  }

  /** The Request-URI as text. */
  get uri(): string {
    return this.#uri
  }

  set uri(uri: string) {
    this.#uri = checkedUri(uri)
    this.startLineChanged()
  }

  get maxForwards(): number | undefined {
    const value = this.get('max-forwards')
    if (value === undefined) return undefined
    const hops = Number(value)
    // RFC 3261 §20.22: 0 to 255.
    if (!/^\d+$/.test(value) || hops > 255) throw new SipParseError('Bad Max-Forwards Header')
    return hops
  }

  override checkMandatory(): void {
    super.checkMandatory()
    if (this.cseq.method !== this.#method) throw new SipParseError('CSeq Method Mismatch')
    void this.maxForwards // which may be missing (RFC 3261 §16.3), but not malformed
  }

  clone(): SipRequest {
    const copy = new SipRequest(this.#method, this.#uri)
    copy.copyFrom(this)
    return copy
  }

  protected override startLine(): string {
    return `${this.#method} ${this.#uri} SIP/2.0`
  }
}

export class SipResponse extends SipMessageBase {
  readonly isRequest = false
  #status: number
  #reason: string

  constructor(status: number, reason: string, headers?: HeaderEntries, body?: Buffer) {
    super(headers, body)
    this.#status = checkedStatus(status)
    this.#reason = checkedReason(reason)
  }

  get status(): number {
    return this.#status
  }

  set status(status: number) {
    this.#status = checkedStatus(status)
    this.startLineChanged()
  }

  /** The reason phrase; may be empty. */
  get reason(): string {
    return this.#reason
  }

  set reason(reason: string) {
    this.#reason = checkedReason(reason)
    this.startLineChanged()
  }

  clone(): SipResponse {
    const copy = new SipResponse(this.#status, this.#reason)
    copy.copyFrom(this)
    return copy
  }

  protected override startLine(): string {
    return `SIP/2.0 ${this.#status} ${this.#reason}`
  }
}

function checkedMethod(method: string): string {
  if (!isToken(method)) throw new SipParseError('Bad Method')
  return method
}

function checkedUri(uri: string): string {
  if (!hasScheme(uri)) throw new SipParseError('Bad Request-URI')
  return uri
}

function checkedStatus(status: number): number {
  if (!Number.isInteger(status) || status < 100 || status > 699) throw new SipParseError('Bad Status Code')
  return status
}

function checkedReason(reason: string): string {
  if (reason.includes('\n') || reason.includes('\r')) throw new SipParseError('Line Break In Reason Phrase')
  return reason
}
