import type { SipResponseView } from '../../src/domain/sip.ts'

export interface FakeResponseOptions {
  readonly reason?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly isLocal?: boolean
}

export function fakeResponse(status: number, options: FakeResponseOptions = {}): SipResponseView {
  const { reason = 'Because', body = '', headers = {}, isLocal = false } = options
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const header = (name: string) => values.get(name.toLowerCase())
  return { status, reason, body, isLocal, header, headers: (name) => [header(name) ?? []].flat() }
}
