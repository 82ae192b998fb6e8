import { randomUUID } from 'node:crypto'
import { authorization, type CrowdChallenge, type CrowdMessage, challengeOf } from './crowd-message.ts'

export interface CrowdPhoneSettings {
  readonly user: string
  readonly password: string
  readonly domain: string
  /** `host:port` that it is called at. */
  readonly place: string
  readonly expires: number
  readonly send: (text: string) => void
  /** What happened to one registration, and how long it took from the first request on. */
  readonly onOutcome: (outcome: CrowdOutcome) => void
}

export type CrowdOutcome =
  | { readonly kind: 'accepted'; readonly tookMs: number; readonly seconds: number }
  | { readonly kind: 'later'; readonly afterSeconds: number }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'silence' }

// RFC 3261 §17.1.2: T1, T2 and Timer F.
const firstRepeatMs = 500
const longestRepeatMs = 4_000
const givenUpMs = 32_000
const mostAnswers = 3

/** The registration of one light phone; it repeats what is not answered, and answers one challenge. */
export class CrowdPhone {
  readonly callId = randomUUID()
  readonly #settings: CrowdPhoneSettings
  #cseq = 0
  #challenge: CrowdChallenge | undefined
  #uses = 0
  /** Challenges that were answered for this registration. */
  #answers = 0
  #since = 0
  #repeat: NodeJS.Timeout | undefined
  #next: NodeJS.Timeout | undefined
  #isStopped = false
  /** The request that waits for its answer: repeated requests are answered more than once. */
  #awaited: number | undefined

  constructor(settings: CrowdPhoneSettings) {
    this.#settings = settings
  }

  get user(): string {
    return this.#settings.user
  }

  get contact(): string {
    return `<sip:${this.user}@${this.#settings.place}>`
  }

  register(): void {
    this.#since = performance.now()
    this.#answers = 0
    this.#send()
  }

  registerIn(ms: number): void {
    if (this.#isStopped) return
    clearTimeout(this.#next)
    this.#next = setTimeout(() => this.register(), ms)
  }

  /** It says nothing more. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#repeat)
    clearTimeout(this.#next)
  }

  answered(response: CrowdMessage, status: number): void {
    if (this.#isStopped || status < 200 || Number.parseInt(response.header('CSeq'), 10) !== this.#awaited)
      return
    this.#awaited = undefined
    clearTimeout(this.#repeat)
    const challenge = status === 401 ? challengeOf(response) : undefined
    const mayAnswer = this.#answers === 0 || (challenge?.isStale && this.#answers < mostAnswers)
    if (challenge && mayAnswer) this.#answer(challenge)
    else this.#settings.onOutcome(this.#outcomeOf(response, status))
  }

  #answer(challenge: CrowdChallenge): void {
    this.#challenge = challenge
    this.#uses = 0
    this.#answers++
    this.#send()
  }

  #outcomeOf(response: CrowdMessage, status: number): CrowdOutcome {
    if (status === 200) {
      return { kind: 'accepted', tookMs: performance.now() - this.#since, seconds: this.#granted(response) }
    }
    if (status === 503) return { kind: 'later', afterSeconds: Number(response.header('Retry-After')) || 10 }
    return { kind: 'refused', status }
  }

  #granted(response: CrowdMessage): number {
    const own = response.headers('Contact').find((contact) => contact.includes(this.#settings.place)) ?? ''
    return Number(/;expires=(\d+)/.exec(own)?.[1] ?? this.#settings.expires)
  }

  #send(): void {
    const { user, password, domain, place, expires } = this.#settings
    const uri = `sip:${domain}`
    this.#awaited = ++this.#cseq
    const name = `<sip:${user}@${domain}>`
    const credentials =
      this.#challenge && authorization(this.#challenge, { name: user, password }, uri, ++this.#uses)
    const lines = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${place};branch=z9hG4bK${randomUUID()};rport`,
      'Max-Forwards: 70',
      `From: ${name};tag=${this.callId.slice(0, 8)}`,
      `To: ${name}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${this.#cseq} REGISTER`,
      `Contact: ${this.contact}`,
      `Expires: ${expires}`,
      ...(credentials === undefined ? [] : [`Authorization: ${credentials}`]),
      'Content-Length: 0',
    ]
    this.#transmit(`${lines.join('\r\n')}\r\n\r\n`, firstRepeatMs, performance.now())
  }

  #transmit(text: string, repeatMs: number, since: number): void {
    this.#settings.send(text)
    clearTimeout(this.#repeat)
    this.#repeat = setTimeout(() => {
      if (performance.now() - since > givenUpMs) this.#settings.onOutcome({ kind: 'silence' })
      else this.#transmit(text, Math.min(repeatMs * 2, longestRepeatMs), since)
    }, repeatMs)
  }
}
