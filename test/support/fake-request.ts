import type { IncomingRequest, ResponseOptions, SipSource } from '../../src/domain/sip.ts'

export interface FakeRequestOptions {
  readonly uri?: string
  readonly callId?: string
  readonly source?: SipSource
  /** Long names; several values are several header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

export interface SentResponse extends ResponseOptions {
  readonly status: number
}

/** A request out of nothing that keeps the responses it gets. */
export class FakeRequest implements IncomingRequest {
  readonly method: string
  readonly uri: string
  readonly callId: string
  readonly source: SipSource
  readonly localPort = 5060
  readonly body: string
  readonly responses: SentResponse[] = []
  readonly #headers: Map<string, readonly string[]>

  constructor(method: string, options: FakeRequestOptions = {}) {
    this.method = method
    this.uri = options.uri ?? 'sip:site-a.example'
    this.callId = options.callId ?? 'call-1'
    this.source = options.source ?? { transport: 'udp', address: '192.0.2.7', port: 5062 }
    this.body = options.body ?? ''
    this.#headers = new Map(
      Object.entries(options.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        typeof value === 'string' ? [value] : value,
      ]),
    )
  }

  header(name: string): string | undefined {
    return this.headers(name)[0]
  }

  headers(name: string): readonly string[] {
    return this.#headers.get(name.toLowerCase()) ?? []
  }

  async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    this.responses.push({ status, ...options })
  }

  /** The final response; throws when there is not exactly one. */
  get response(): SentResponse {
    const [response, ...others] = this.responses.filter(({ status }) => status >= 200)
    if (!response || others.length > 0) throw new Error(`${this.responses.length} responses`)
    return response
  }

  /** All values of a header of the response. */
  answered(name: string): readonly string[] {
    const value = this.response.headers?.[name]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
}
