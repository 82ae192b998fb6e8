import type { NetworkInterfaceInfo } from 'node:os'
import type { Clock, Timer } from '../../lib/clock.ts'
import { reachableAddresses } from './reachable-addresses.ts'

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

const lookEvery = 2_000

/** The addresses of this machine at which the box listens, as they come and go. */
export class OwnAddresses {
  readonly #listen: readonly string[]
  readonly #interfaces: () => Interfaces
  readonly #clock: Clock
  readonly #changed: (hasLost: boolean) => void
  #bound: readonly string[] = []
  #now: readonly string[] = []
  #timer: Timer | undefined

  constructor(parts: {
    listen: readonly string[]
    interfaces: () => Interfaces
    clock: Clock
    /** `hasLost`: an address is gone, and with it what was connected from there. */
    changed: (hasLost: boolean) => void
  }) {
    this.#listen = parts.listen
    this.#interfaces = parts.interfaces
    this.#clock = parts.clock
    this.#changed = parts.changed
  }

  /** `bound`: what the node listens on, with the ports that it was given. */
  start(bound: readonly string[]): void {
    this.#bound = this.#listen.map((address) => withPort(address, bound))
    this.#now = this.#read()
    this.#wait()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  all(): readonly string[] {
    return this.#now
  }

  /** As if a NAT passed on to this box what arrives at its own address on the same ports. */
  behind(host: string): readonly string[] {
    const family = host.includes(':') ? 'ip6' : 'ip4'
    return this.#bound.flatMap((address) => {
      const [, ownFamily, , transport, port] = address.split('/')
      return ownFamily === family && transport === 'tcp' ? [`/${family}/${host}/tcp/${port}`] : []
    })
  }

  /** Where a program on this machine reaches the first listener; undefined when there is none. */
  listener(): { readonly host: string; readonly port: number } | undefined {
    const [first] = this.#bound
    const [, , host, , port] = (first ? onLoopback(first) : '').split('/')
    return host !== undefined && Number(port) > 0 ? { host, port: Number(port) } : undefined
  }

  #wait(): void {
    this.#timer = this.#clock.after(lookEvery, () => {
      const seen = this.#read()
      const before = this.#now
      this.#now = seen
      this.#wait()
      if (seen.join() !== before.join()) this.#changed(before.some((address) => !seen.includes(address)))
    })
  }

  #read(): readonly string[] {
    const reachable = reachableAddresses(this.#bound, this.#interfaces())
    const forOthers = reachable.filter((address) => !isLoopback(address))
    if (forOthers.length > 0) return forOthers.toSorted()
    // Boxes of one machine, with nothing else around.
    return reachable.length > 0 ? reachable : this.#bound.map(onLoopback)
  }
}

function isLoopback(address: string): boolean {
  return /^\/(ip4\/127\.|ip6\/::1\/)/.test(address)
}

function onLoopback(address: string): string {
  return address.replace(/^\/ip4\/0\.0\.0\.0\//, '/ip4/127.0.0.1/').replace(/^\/ip6\/::\//, '/ip6/::1/')
}

/** A port that was left to the system is the one that it chose. */
function withPort(listen: string, bound: readonly string[]): string {
  const [, family, host] = listen.split('/')
  if (!/\/tcp\/0$/.test(listen)) return listen
  const isWildcard = host === '0.0.0.0' || host === '::'
  const chosen = bound.find((address) => address.startsWith(`/${family}/${isWildcard ? '' : `${host}/`}`))
  const port = chosen?.split('/')[4]
  return port ? listen.replace(/0$/, port) : listen
}
