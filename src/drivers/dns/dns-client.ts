import { type Clock, systemClock } from '../../lib/clock.ts'
import { exchange } from './dns-exchange.ts'
import { type DnsReply, responseCode } from './dns-message.ts'
import type { DnsAnswer, DnsQuestion } from './dns-record.ts'
import type { NameServer } from './name-server.ts'

const maxAliases = 8
const restAfterFailureMs = 30_000

/** No server gave a usable answer; whether the name exists is not known. */
export class DnsUnavailable extends Error {
  constructor({ name, type }: DnsQuestion, cause: unknown) {
    super(`no name server answers for ${name} ${type}`, { cause })
    this.name = 'DnsUnavailable'
  }
}

export interface DnsClientOptions {
  readonly servers: readonly NameServer[]
  /** Bound for one query to one server. */
  readonly timeoutMs: number
  readonly clock?: Clock
}

/** Asks the servers in turn; one that failed is asked last for a while. Follows CNAMEs. */
export class DnsClient {
  readonly #servers: readonly NameServer[]
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #failedAt = new Map<NameServer, number>()
  #silentSince: number | undefined

  constructor({ servers, timeoutMs, clock = systemClock }: DnsClientOptions) {
    this.#servers = servers
    this.#timeoutMs = timeoutMs
    this.#clock = clock
  }

  /** Since when no server has said a word, in milliseconds since the Unix epoch; undefined when the last one asked has. */
  get silentSince(): number | undefined {
    return this.#silentSince
  }

  /** No records means that there are none. Rejects with DnsUnavailable. */
  async ask(question: DnsQuestion): Promise<DnsAnswer> {
    if (!canBeAsked(question.name)) return { records: [], ttlSeconds: restAfterFailureMs / 1_000 }
    let name = question.name
    let ttlSeconds = Number.POSITIVE_INFINITY
    for (let hops = 0; hops <= maxAliases; hops++) {
      const reply = await this.#askServers({ ...question, name })
      // Without SOA the absence is not cached (RFC 2308 §5).
      ttlSeconds = Math.min(ttlSeconds, reply.ttlSeconds ?? 0)
      if (reply.alias === undefined) return { records: reply.records, ttlSeconds }
      name = reply.alias
    }
    throw new DnsUnavailable(question, new Error(`more than ${maxAliases} CNAMEs in a row`))
  }

  async #askServers(question: DnsQuestion): Promise<DnsReply> {
    let cause: unknown
    let isAnswered = false
    for (const server of this.#inOrder()) {
      try {
        const reply = await exchange(server, question, { timeoutMs: this.#timeoutMs, clock: this.#clock })
        this.#silentSince = undefined
        isAnswered = true
        if (reply.rcode === responseCode.ok || reply.rcode === responseCode.noSuchName) {
          this.#failedAt.delete(server)
          return reply
        }
        cause = new Error(`name server ${server.address}:${server.port} answers with code ${reply.rcode}`)
      } catch (error) {
        this.#failedAt.set(server, this.#clock.now())
        cause = error
      }
    }
    if (!isAnswered) this.#silentSince ??= this.#clock.now()
    throw new DnsUnavailable(question, cause)
  }

  #inOrder(): NameServer[] {
    const now = this.#clock.now()
    const isResting = (server: NameServer) =>
      now - (this.#failedAt.get(server) ?? Number.NEGATIVE_INFINITY) < restAfterFailureMs
    return [
      ...this.#servers.filter((server) => !isResting(server)),
      ...this.#servers.filter((server) => isResting(server)),
    ]
  }
}

/** RFC 1035 §2.3.4: what does not fit a query cannot be in the DNS. */
function canBeAsked(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63)
}
