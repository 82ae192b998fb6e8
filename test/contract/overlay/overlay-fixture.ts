import type { Duplex } from 'node:stream'
import { issueCredential, serialBytes } from '../../../src/identity/credential.ts'
import { drawPlace } from '../../../src/identity/credential-issuer.ts'
import { RevocationList } from '../../../src/identity/revocation-list.ts'
import { Revocations } from '../../../src/identity/revocations.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { type Clock, systemClock } from '../../../src/lib/clock.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { type Log, silentLog } from '../../../src/lib/log.ts'
import type { NetworkReach } from '../../../src/overlay/membership/network-reach.ts'
import { PeerOverlay } from '../../../src/overlay/peer-overlay.ts'
import {
  decodeReply,
  encodeMessage,
  type PeerReply,
  type PeerRequest,
} from '../../../src/overlay/protocol/peer-message.ts'
import type { PeerNetwork, PeerNetworkEvents, PeerPath } from '../../../src/overlay/protocol/peer-network.ts'
import type { CacheLimits } from '../../../src/overlay/records/look-up-cache.ts'
import type { StoreLimits } from '../../../src/overlay/records/record-store.ts'

export interface BoxOptions {
  copies?: number
  mayServe?: readonly string[]
  trustRoot?: SigningKey
  key?: SigningKey
  place?: Uint8Array
  clock?: Clock
  validForMilliseconds?: number
  cacheLimits?: CacheLimits
  storeLimits?: StoreLimits
  log?: Log
}

export interface TestBox {
  readonly overlay: PeerOverlay
  readonly network: GatedNetwork
  readonly key: SigningKey
  readonly credential: Uint8Array
  /** A question past the overlay's own rules, as a rogue box would put it. */
  ask(other: TestBox, request: PeerRequest): Promise<PeerReply>
}

/** An overlay in the making over some network, for tests. */
export class OverlayFixture {
  readonly domain = 'town.example'
  readonly trustRoot = SigningKey.generate()
  readonly #makeNetwork: (key: SigningKey) => Promise<PeerNetwork>
  readonly #boxes: TestBox[] = []

  constructor(makeNetwork: (key: SigningKey) => Promise<PeerNetwork>) {
    this.#makeNetwork = makeNetwork
  }

  /** A started box that knows the addresses of those before it. */
  async box(options: BoxOptions = {}): Promise<TestBox> {
    const { clock = systemClock, key = SigningKey.generate() } = options
    const now = clock.now()
    const credential = issueCredential(
      {
        overlay: this.domain,
        publicKey: key.publicKey,
        place: options.place ?? drawPlace(),
        serial: new Uint8Array(serialBytes),
        roles: ['peer'],
        mayServe: options.mayServe ?? ['*'],
        notBefore: now,
        notAfter: now + (options.validForMilliseconds ?? 86_400_000),
      },
      options.trustRoot ?? this.trustRoot,
    )
    const root = (options.trustRoot ?? this.trustRoot).publicKey
    const revocations = new Revocations(new RevocationList(this.domain, root), undefined, clock, silentLog)
    const credentials = new TrustedCredentials(root, this.domain, revocations)
    const network = new GatedNetwork(await this.#makeNetwork(key))
    const overlay = new PeerOverlay({
      domain: this.domain,
      ...{ key, credential, network, clock },
      ...{ credentials, revocations },
      desk: undefined,
      copies: options.copies ?? 3,
      ...(options.cacheLimits && { cacheLimits: options.cacheLimits }),
      ...(options.storeLimits && { storeLimits: options.storeLimits }),
      memory: { recall: () => [], remember: () => undefined },
      seeds: this.#boxes.flatMap((box) =>
        box.network.addresses().map((address) => ({ address, foundBy: 'config' as const })),
      ),
      log: options.log ?? silentLog,
    })
    const box: TestBox = {
      ...{ overlay, network, key, credential },
      ask: async (other, request) => {
        const bound = AbortSignal.timeout(3_000)
        return decodeReply(await network.request(other.network.self, encodeMessage(request), bound))
      },
    }
    await overlay.start()
    this.#boxes.push(box)
    return box
  }

  /** So many boxes, all connected to each other. */
  async boxes(count: number, options: BoxOptions = {}): Promise<TestBox[]> {
    const boxes: TestBox[] = []
    for (let made = 0; made < count; made++) boxes.push(await this.box(options))
    await allConnected(boxes)
    return boxes
  }

  async close(): Promise<void> {
    await Promise.all(this.#boxes.splice(0).map(({ overlay }) => overlay.stop()))
  }
}

/** Resolves when each of the boxes is connected to all others. */
export async function allConnected(boxes: readonly TestBox[]): Promise<void> {
  await eventually(() => boxes.every(({ overlay }) => overlay.health().connectedPeers >= boxes.length - 1))
}

/** Waits for a fact, at most ten seconds. */
export async function eventually(fact: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000
  while (!(await fact())) {
    if (Date.now() > giveUpAt) throw new Error(`not within 10 s: ${fact}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A network whose box can be made silent: connected, but no question is answered any more. */
export class GatedNetwork implements PeerNetwork {
  readonly #network: PeerNetwork
  #silent = false

  constructor(network: PeerNetwork) {
    this.#network = network
  }

  get self(): string {
    return this.#network.self
  }

  silence(): void {
    this.#silent = true
  }

  /** Gone at once, as if the process was killed. */
  kill(): Promise<void> {
    return this.#network.close()
  }

  open(events: PeerNetworkEvents): Promise<void> {
    const request = (peer: string, message: Uint8Array) =>
      this.#silent ? new Promise<never>(() => undefined) : events.request(peer, message)
    return this.#network.open({ ...events, request })
  }

  get reach(): NetworkReach | undefined {
    return this.#network.reach
  }

  paths(peer: string): readonly PeerPath[] {
    return this.#network.paths?.(peer) ?? []
  }

  reachability(): 'direct' | 'relayed' | undefined {
    return this.#network.reachability?.()
  }

  close(): Promise<void> {
    return this.#network.close()
  }

  addresses(): readonly string[] {
    return this.#network.addresses()
  }

  dial(peerId: string | undefined, addresses: readonly string[], signal: AbortSignal): Promise<string> {
    return this.#network.dial(peerId, addresses, signal)
  }

  request(peer: string, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return this.#network.request(peer, message, signal)
  }

  openStream(peer: string, signal: AbortSignal): Promise<Duplex> {
    return this.#network.openStream(peer, signal)
  }

  drop(peer: string): void {
    this.#network.drop(peer)
  }
}

/** Real time, moved by a fixed amount. */
export class ShiftedClock implements Clock {
  shift = 0

  now(): number {
    return Date.now() + this.shift
  }

  after(milliseconds: number, action: () => void): { cancel(): void } {
    return systemClock.after(milliseconds, action)
  }
}

/** Resolves when a stream is closed, in whatever way. */
export function closing(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.on('error', () => undefined)
    stream.once('close', resolve)
    stream.resume()
  })
}
