import { createHash } from 'node:crypto'

/** A SIP message as far as thousands of light phones care. */
export class CrowdMessage {
  readonly text: string
  readonly #headers: string

  constructor(text: string) {
    this.text = text
    const end = text.indexOf('\r\n\r\n')
    this.#headers = end < 0 ? text : text.slice(0, end + 2)
  }

  /** Undefined for a request. */
  get status(): number | undefined {
    const status = /^SIP\/2\.0 (\d{3})/.exec(this.text)?.[1]
    return status === undefined ? undefined : Number(status)
  }

  /** Of a request. */
  get method(): string {
    return this.text.slice(0, this.text.indexOf(' '))
  }

  /** User part of the Request-URI. */
  get calledUser(): string {
    return /^\S+ sips?:([^@;\s]+)@/.exec(this.text)?.[1] ?? ''
  }

  header(name: string): string {
    return this.headers(name)[0] ?? ''
  }

  headers(name: string): string[] {
    const lines = this.#headers.matchAll(new RegExp(`^${name}\\s*:\\s*(.*)\r$`, 'gim'))
    return [...lines].map(([, value = '']) => value)
  }
}

export interface CrowdChallenge {
  /** Nothing is wrong but the age of the nonce (RFC 7616 §3.3). */
  readonly isStale: boolean
  readonly realm: string
  readonly nonce: string
}

/** The MD5 challenge of a 401; undefined when there is none. */
export function challengeOf(message: CrowdMessage): CrowdChallenge | undefined {
  const line = message
    .headers('WWW-Authenticate')
    .find((each) => !/algorithm\s*=/i.test(each) || /algorithm="?MD5"?(?:[,\s]|$)/i.test(each))
  const realm = /realm="([^"]*)"/.exec(line ?? '')?.[1]
  const nonce = /nonce="([^"]*)"/.exec(line ?? '')?.[1]
  const isStale = /stale="?true/i.test(line ?? '')
  return realm === undefined || nonce === undefined ? undefined : { isStale, realm, nonce }
}

export function authorization(
  { realm, nonce }: Pick<CrowdChallenge, 'realm' | 'nonce'>,
  user: { readonly name: string; readonly password: string },
  uri: string,
  count: number,
): string {
  const nc = count.toString(16).padStart(8, '0')
  const ha1 = md5(`${user.name}:${realm}:${user.password}`)
  const response = md5(`${ha1}:${nonce}:${nc}:c0ffee:auth:${md5(`REGISTER:${uri}`)}`)
  return (
    `Digest username="${user.name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", ` +
    `algorithm=MD5, qop=auth, nc=${nc}, cnonce="c0ffee"`
  )
}

/** The answer to a request, with what a response has to repeat (RFC 3261 §8.2.6). */
export function answerTo(
  request: CrowdMessage,
  status: string,
  { contact, body = '' }: { readonly contact?: string; readonly body?: string } = {},
): string {
  const to = request.header('To')
  const lines = [
    `SIP/2.0 ${status}`,
    ...request.headers('Via').map((via) => `Via: ${via}`),
    ...request.headers('Record-Route').map((route) => `Record-Route: ${route}`),
    `From: ${request.header('From')}`,
    `To: ${/;\s*tag=/i.test(to) ? to : `${to};tag=crowd`}`,
    `Call-ID: ${request.header('Call-ID')}`,
    `CSeq: ${request.header('CSeq')}`,
    ...(contact === undefined ? [] : [`Contact: ${contact}`]),
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
