import type { OutgoingOptions, SipResponseView } from '../../src/domain/sip.ts'

export interface SentRequest {
  readonly method: string
  readonly uri: string
  readonly options: OutgoingOptions
  header(name: string): string
}

export function response(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  isLocal = false,
): SipResponseView {
  const value = (name: string) => headers[name.toLowerCase()]
  return {
    status,
    reason: 'Reason',
    body: '',
    isLocal,
    header: value,
    headers: (name) => [value(name)].filter((each) => each !== undefined),
  }
}

type Answer = SipResponseView | 'silence'

/** The network as a trunk or a PBX watch sees it: keeps what was sent and answers as the test says. */
export class FakeNetwork {
  readonly sent: SentRequest[] = []
  answer: (request: SentRequest) => Answer = () => response(200)

  localHostPort(): string {
    return '192.0.2.1:5060'
  }

  async request(method: string, uri: string, options: OutgoingOptions = {}): Promise<SipResponseView> {
    const request: SentRequest = {
      method,
      uri,
      options,
      header: (name) => {
        const value = options.headers?.[name]
        return value === undefined ? '' : typeof value === 'string' ? value : value.join(', ')
      },
    }
    this.sent.push(request)
    const answer = this.answer(request)
    if (answer !== 'silence') return answer
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }

  methods(): string[] {
    return this.sent.map(({ method }) => method)
  }
}

/** Lets promises that are already settled have their say. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
