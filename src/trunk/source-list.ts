import { isIP } from 'node:net'
import type { SipSource } from '../domain/sip.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import { AddressSet } from '../lib/address-set.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

/** A and AAAA of a name, without brackets. Rejects when no server answers. */
export interface AddressLookUp {
  resolveAddresses(host: string, signal: AbortSignal): Promise<readonly string[]>
}

/** 2: with the port it is known by; 1: by address alone; 0: not at all. */
export type Sureness = 0 | 1 | 2

const lookUpWithinMs = 5_000
const refreshMs = 60_000
const askAgainMs = 5_000

/** The addresses that calls of one neighbour may come from; names among them follow the DNS. */
export class SourceList {
  readonly #hosts: readonly { readonly host: string; readonly port: number | undefined }[]
  readonly #networks: readonly string[]
  readonly #inNetworks: AddressSet
  readonly #lookUp: AddressLookUp
  readonly #clock: Clock
  readonly #log: Log
  readonly #addresses = new Map<string, readonly string[]>()
  #timer: Timer | undefined
  #abort = new AbortController()

  /** `sources` as an operator writes them: `192.0.2.20`, `203.0.113.0/24`, `sip.provider.example:5060`. */
  constructor(sources: readonly string[], lookUp: AddressLookUp, clock: Clock, log: Log) {
    this.#networks = sources.filter(isNetwork)
    this.#inNetworks = new AddressSet(this.#networks)
    const hosts = sources.filter((text) => !isNetwork(text))
    this.#hosts = hosts.map((text) => {
      const { host, port } = parseHostPort(text)
      return { host: host.replace(/^\[|\]$/g, ''), port }
    })
    this.#lookUp = lookUp
    this.#clock = clock
    this.#log = log
  }

  start(): void {
    this.#abort = new AbortController()
    for (const { host } of this.#hosts) if (isIP(host)) this.#addresses.set(host, [host])
    void this.#refresh()
  }

  stop(): void {
    this.#abort.abort()
    this.#timer?.cancel()
  }

  /** Networks among them, as they were written. */
  get addresses(): readonly string[] {
    return [...this.#networks, ...[...this.#addresses.values()].flat()]
  }

  /** How surely a source is this neighbour. */
  match(source: SipSource): Sureness {
    let best: Sureness = this.#inNetworks.has(source.address) ? 1 : 0
    for (const { host, port } of this.#hosts) {
      for (const address of this.#addresses.get(host) ?? []) {
        const sureness = surenessOf({ address, port }, source)
        if (sureness > best) best = sureness
      }
    }
    return best
  }

  async #refresh(): Promise<void> {
    const names = this.#hosts.filter(({ host }) => !isIP(host))
    if (names.length === 0) return
    const found = await Promise.all(names.map(({ host }) => this.#resolve(host)))
    if (this.#abort.signal.aborted) return
    const nextMs = found.every(Boolean) ? refreshMs : askAgainMs
    this.#timer = this.#clock.after(nextMs, () => void this.#refresh())
  }

  /** A name that cannot be resolved keeps its last addresses: the DNS must not cut a trunk off. */
  async #resolve(host: string): Promise<boolean> {
    const late = new AbortController()
    const timer = this.#clock.after(lookUpWithinMs, () => late.abort())
    try {
      const signal = AbortSignal.any([late.signal, this.#abort.signal])
      this.#addresses.set(host, await this.#lookUp.resolveAddresses(host, signal))
      return true
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.#log.warn({ host, why: String(error) }, 'address of a neighbour not found')
      }
      return false
    } finally {
      timer.cancel()
    }
  }
}

/** On loopback, where many may share an address, a port that is known must match. */
export function surenessOf(
  known: { readonly address: string; readonly port: number | undefined },
  { address, port }: SipSource,
): Sureness {
  if (known.address !== address) return 0
  if (known.port === port) return 2
  return known.port === undefined || !isLoopback(address) ? 1 : 0
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

function isNetwork(text: string): boolean {
  return text.includes('/')
}
