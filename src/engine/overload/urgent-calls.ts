import type { SipRequest } from '../message/message.ts'

const sosUrn = /^urn:service:sos(?:\.|$)/i
const dialled = /^(?:sips?|tel):([^@;:?>]+)/i

/** Calls that are taken whatever the load, by their Request-URI: the service URN of RFC 5031, and certain user parts. */
export class UrgentCalls {
  readonly #users: ReadonlySet<string>

  constructor(users: readonly string[]) {
    this.#users = new Set(users)
  }

  has({ method, uri }: Pick<SipRequest, 'method' | 'uri'>): boolean {
    if (method !== 'INVITE') return false
    const user = dialled.exec(uri)?.[1]
    return user === undefined ? sosUrn.test(uri) : this.#users.has(user)
  }
}
