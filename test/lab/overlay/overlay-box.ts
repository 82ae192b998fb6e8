import type { Part } from '../../../src/lib/part.ts'
import { NamespaceDoor } from '../../support/namespace-door.ts'
import type { NetworkHost } from '../../support/network-host.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

export const village = 'village.test'

export interface OverlayBoxOptions {
  readonly host: NetworkHost
  /** Where phones find it. */
  readonly address: string
  /** Another box's, to be the same one with other settings. */
  readonly dataDir?: string
  /** Users at home here; the password of each is `secret-<user>`. */
  readonly users?: readonly string[]
  readonly overlay?: Partial<NonNullable<BoxConfig['overlays']>[number]>
  /** Name servers; without them one that nobody has ever seen. */
  readonly nameServers?: readonly string[]
}

export interface PeerState {
  readonly peerName: string
  readonly connected: boolean
  readonly foundBy: string
  readonly path: 'direct' | 'relayed' | undefined
  readonly addresses: readonly string[]
}

interface OverlayState {
  readonly peerName: string
  readonly peers: readonly PeerState[]
}

const lostNameServer = '198.51.100.53'

/** A box of the village's overlay on a host of its own. */
export class OverlayBox implements Part {
  readonly name = 'box on a host'
  readonly host: NetworkHost
  readonly address: string
  readonly process: TestBox
  readonly #door: NamespaceDoor
  #isDoorOpen = false

  constructor({ host, address, dataDir, users = [], overlay = {}, nameServers = [] }: OverlayBoxOptions) {
    this.host = host
    this.address = address
    this.#door = new NamespaceDoor(host.namespace)
    this.process = new TestBox({
      namespace: host.namespace.name,
      fetch: (url) => this.#door.fetch(url),
      address,
      sipPort: 5060,
      config: {
        box: { name: `box-${address.replaceAll('.', '-')}`, ...(dataDir !== undefined && { dataDir }) },
        sip: { listen: ['sip:*:5060;transport=udp,tcp'], domains: [village] },
        registrar: { algorithms: ['MD5'] },
        users: users.map((user) => ({ aor: `${user}@${village}`, password: `secret-${user}` })),
        overlays: [{ domain: village, ...overlay }],
        dns: { servers: nameServers.length > 0 ? [...nameServers] : [lostNameServer] },
      },
    })
  }

  /** What another box dials. */
  get multiaddress(): string {
    return `/ip4/${this.address}/tcp/4160`
  }

  /** Makes the overlay; this box is its first member. */
  async makeOverlay(): Promise<void> {
    await this.process.command('overlay', 'create', village)
  }

  /** A ticket for one box. */
  async invite(): Promise<string> {
    const { ticket } = JSON.parse(await this.process.command('overlay', 'invite', '--json'))
    return ticket
  }

  async join(ticket: string): Promise<void> {
    await this.process.command('overlay', 'join', ticket)
  }

  async start(): Promise<void> {
    if (!this.#isDoorOpen) await this.#door.start()
    this.#isDoorOpen = true
    await this.process.start()
  }

  async stop(): Promise<void> {
    await this.process.stop()
    await this.#door.stop()
  }

  async state(): Promise<OverlayState> {
    const { overlays } = await this.process.ask<{ overlays: readonly OverlayState[] }>('/api/overlay')
    const [state] = overlays
    if (!state) throw new Error('the box is in no overlay')
    return state
  }

  async peerName(): Promise<string> {
    return (await this.state()).peerName
  }

  async connected(): Promise<readonly PeerState[]> {
    return (await this.state()).peers.filter(({ connected }) => connected)
  }

  /** Resolves with the milliseconds that it took until exactly so many other boxes are connected. */
  async hasPeers(count: number, withinMs: number): Promise<number> {
    const began = performance.now()
    const what = `${count} connected boxes at ${this.address}`
    await eventually(withinMs, what, async () => (await this.connected()).length === count, 200)
    return performance.now() - began
  }

  /** Resolves with the milliseconds that it took until that box is connected. */
  async meets(peerName: string, withinMs: number): Promise<number> {
    const began = performance.now()
    const isThere = (peer: PeerState) => peer.peerName === peerName
    await eventually(withinMs, `${peerName} at ${this.address}`, async () =>
      (await this.connected()).some(isThere),
    )
    return performance.now() - began
  }

  /** Why the last call went as it did, step by step. */
  async lastDecision(): Promise<string> {
    const { recent } = await this.process.ask<{ recent: { callId: string }[] }>('/api/calls?most=1')
    const path = `/api/calls/${encodeURIComponent(recent[0]?.callId ?? '')}/decision`
    const { steps } = await this.process.ask<{ steps: Record<string, string | number>[] }>(path)
    return steps.map((step) => Object.values(step).join(' | ')).join('\n')
  }

  /** Peer names of the home boxes of a user, as this box finds them now. */
  async homesOf(user: string): Promise<readonly string[]> {
    const path = `/api/overlay/lookup?aor=${encodeURIComponent(`sip:${user}@${village}`)}`
    const { found } = await this.process.ask<{ found: { homeBoxes: string[] }[] }>(path)
    return found.flatMap(({ homeBoxes }) => homeBoxes)
  }
}
