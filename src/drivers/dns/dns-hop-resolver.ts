import { isIP } from 'node:net'
import type { Hop, HopQuery, HopResolver, TransportName } from '../../engine/transport/hop.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { type Log, silentLog } from '../../lib/log.ts'
import { CachedLookup, type Finding } from './cached-lookup.ts'
import { DnsClient } from './dns-client.ts'
import type { DnsQuestion, DnsRecord } from './dns-record.ts'
import { HostsFile } from './hosts-file.ts'
import { type LocateOptions, locate } from './locate.ts'
import { parseNameServer, systemNameServers } from './name-server.ts'

export interface DnsHopResolverOptions {
  /** `address` or `address:port`; none means those of the system. */
  readonly servers: readonly string[]
  /** Bound for one query to one server. */
  readonly timeoutMs: number
  readonly serveStaleSeconds: number
  /** What this box can send over, the preferred first. */
  readonly transports?: readonly TransportName[]
  /** Address families it can send to, the preferred first. */
  readonly families?: readonly ('A' | 'AAAA')[]
  readonly log?: Log
  readonly clock?: Clock
  readonly random?: () => number
  readonly hostsFile?: HostsFile
}

type Steps = ReturnType<typeof locate>

/** RFC 3263 over the DNS, with a cache that answers at once. Holds no socket between queries. */
export class DnsHopResolver implements HopResolver {
  readonly #client: DnsClient
  readonly #lookup: CachedLookup
  readonly #locate: LocateOptions
  readonly #hosts: HostsFile
  readonly #log: Log

  constructor(options: DnsHopResolverOptions) {
    const { timeoutMs, serveStaleSeconds, clock = systemClock, random = Math.random } = options
    const servers = options.servers.length > 0 ? options.servers.map(parseNameServer) : systemNameServers()
    this.#client = new DnsClient({ servers, timeoutMs, clock })
    this.#lookup = new CachedLookup((question) => this.#client.ask(question), { serveStaleSeconds, clock })
    this.#hosts = options.hostsFile ?? HostsFile.ofSystem()
    this.#log = options.log ?? silentLog
    this.#locate = {
      transports: options.transports ?? ['udp', 'tcp'],
      families: options.families ?? ['AAAA', 'A'],
      random,
    }
  }

  /** Since when no name server has said a word, in milliseconds since the Unix epoch; undefined when one has. */
  get silentSince(): number | undefined {
    return this.#client.silentSince
  }

  /** The hops for a URI, best first. Rejects with HostNotFound. */
  resolve(query: HopQuery, signal: AbortSignal): readonly Hop[] | Promise<readonly Hop[]> {
    const host = query.host.replace(/\.$/, '')
    const steps = locate({ ...query, host }, this.#locate)
    try {
      return this.#run(steps, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The same, asked of the name servers now whatever is remembered. Rejects with HostNotFound. */
  async resolveAfresh(query: HopQuery, signal: AbortSignal): Promise<readonly Hop[]> {
    const steps = locate({ ...query, host: query.host.replace(/\.$/, '') }, this.#locate)
    let step = steps.next([])
    while (!step.done) {
      const found = step.value.map((question) => this.#findAfresh(question))
      step = steps.next(await this.#wait(Promise.all(found), signal))
    }
    return step.value
  }

  /**
   * Every address behind a host, found as SIP finds it and directly: what an access list means by a name.
   * Rejects with HostNotFound when there is none.
   */
  async resolveAddresses(host: string, signal: AbortSignal): Promise<readonly string[]> {
    if (isIP(host)) return [host]
    const query = { scheme: 'sip', host, port: undefined, transport: undefined } as const
    const [bySip, direct] = await Promise.allSettled([
      this.resolve(query, signal),
      this.resolve({ ...query, port: 5060 }, signal),
    ])
    if (bySip.status === 'rejected' && direct.status === 'rejected') throw bySip.reason
    const hops = [bySip, direct].flatMap((found) => (found.status === 'fulfilled' ? found.value : []))
    return [...new Set(hops.map(({ address }) => address))]
  }

  /** The records of one question; none means that there are none. Rejects with DnsUnavailable. */
  async records(question: DnsQuestion): Promise<readonly DnsRecord[]> {
    const { records, failure } = await this.#find(question)
    if (failure) throw failure
    return records
  }

  /** Goes on as long as memory answers; waits only for what is not known. */
  #run(
    steps: Steps,
    signal: AbortSignal,
    findings?: readonly Finding[],
  ): readonly Hop[] | Promise<readonly Hop[]> {
    let step = findings ? steps.next(findings) : steps.next([])
    while (!step.done) {
      const found = step.value.map((question) => this.#find(question))
      if (found.some((finding) => finding instanceof Promise)) {
        return this.#wait(Promise.all(found), signal).then((all) => this.#run(steps, signal, all))
      }
      step = steps.next(found as Finding[])
    }
    return step.value
  }

  #find(question: DnsQuestion): Finding | Promise<Finding> {
    const records = this.#hosts.find(question)
    if (records) return { records }
    const found = this.#lookup.find(question)
    if (!(found instanceof Promise)) return found
    return found.then((finding) => {
      if (finding.failure) this.#log.warn({ ...question, cause: finding.failure.message }, 'dns query failed')
      return finding
    })
  }

  async #findAfresh(question: DnsQuestion): Promise<Finding> {
    const records = this.#hosts.find(question)
    return records ? { records } : this.#lookup.findAfresh(question)
  }

  async #wait<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
    signal.throwIfAborted()
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([work, promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}
