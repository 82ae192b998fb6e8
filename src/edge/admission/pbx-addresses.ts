import type { PbxEntry } from '../../config/sections/pbxs.ts'
import type { SipSource } from '../../domain/sip.ts'
import { parseHostPort } from '../../domain/sip-uri.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'

export interface AddressResolver {
  resolveAddresses(host: string, signal: AbortSignal): Promise<readonly string[]>
}

interface KnownPbx {
  readonly name: string
  readonly host: string
  readonly port: number | undefined
  addresses: ReadonlySet<string>
}

const refreshEveryMs = 60_000
const resolveWithinMs = 3_000
/** Everything on one machine shares these, so that only the port tells who is speaking. */
const sharedAddresses = new Set(['127.0.0.1', '::1'])

/** Knows a PBX by the address that its requests come from. */
export class PbxAddresses implements Part {
  readonly name = 'pbx-addresses'
  readonly #pbxs: readonly KnownPbx[]
  readonly #resolver: AddressResolver
  readonly #clock: Clock
  readonly #log: Log
  #timer: Timer | undefined
  #isStopped = false

  constructor(
    pbxs: readonly Pick<PbxEntry, 'name' | 'server'>[],
    resolver: AddressResolver,
    clock: Clock,
    log: Log,
  ) {
    this.#pbxs = pbxs.map(({ name, server }) => {
      const { host, port } = parseHostPort(server)
      const bare = host.replace(/^\[|\]$/g, '')
      return { name, host: bare, port, addresses: new Set(isNumeric(bare) ? [bare] : []) }
    })
    this.#resolver = resolver
    this.#clock = clock
    this.#log = log
  }

  async start(): Promise<void> {
    this.#isStopped = false
    await this.#refresh()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  knownAddresses(): readonly string[] {
    return this.#pbxs.flatMap(({ addresses }) => [...addresses])
  }

  pbxOf({ address, port }: SipSource): string | undefined {
    const found = this.#pbxs.find((pbx) => {
      if (!pbx.addresses.has(address)) return false
      return !sharedAddresses.has(address) || pbx.port === undefined || pbx.port === port
    })
    return found?.name
  }

  async #refresh(): Promise<void> {
    const named = this.#pbxs.filter(({ host }) => !isNumeric(host))
    if (named.length === 0) return
    await Promise.all(named.map((pbx) => this.#resolve(pbx)))
    if (this.#isStopped) return
    this.#timer = this.#clock.after(refreshEveryMs, () => void this.#refresh())
  }

  async #resolve(pbx: KnownPbx): Promise<void> {
    try {
      const found = await this.#resolver.resolveAddresses(pbx.host, AbortSignal.timeout(resolveWithinMs))
      if (found.length > 0) pbx.addresses = new Set(found)
    } catch (error) {
      this.#log.warn({ pbx: pbx.name, host: pbx.host, error: String(error) }, 'PBX address not found')
    }
  }
}

function isNumeric(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host)
}
