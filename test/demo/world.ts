import { isIP } from 'node:net'
import { DnsHopResolver } from '../../src/drivers/dns/dns-hop-resolver.ts'
import { parseUri } from '../../src/engine/message/uri.ts'
import type { Part } from '../../src/lib/part.ts'
import { type Remote, remoteOf } from '../support/sip/remote.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { TestBox } from '../support/test-box.ts'
import { TinyCarrier } from '../support/tiny-carrier.ts'
import { TinyNameServer } from '../support/tiny-name-server.ts'
import { TinyPbx } from '../support/tiny-pbx.ts'
import { eventually } from '../support/within.ts'
import { configOfBoxA, configOfBoxB } from './box-configs.ts'
import { domains, type Place, place } from './places.ts'
import { zone } from './zone.ts'

const password = 'a password for the demo'

/** Two boxes with one overlay, a public SIP domain with its own name server, a carrier, a PBX, and phones. */
export class World {
  readonly place: Place
  readonly boxA: TestBox
  readonly boxB: TestBox
  readonly carrier: TinyCarrier
  readonly pbx: TinyPbx
  /** Phones of the overlay: Anna and Bert at box A, Clara at box B. */
  readonly anna: SipPhone
  readonly bert: SipPhone
  readonly clara: SipPhone
  /** Extensions of the PBX, whose phones register and call through box A. */
  readonly extension201: SipPhone
  readonly extension202: SipPhone
  /** A user of a public SIP domain that has never heard of overlays. */
  readonly dora: SipPhone
  readonly #nameServer: TinyNameServer
  #started: Pick<Part, 'stop'>[] = []

  constructor() {
    const at = place(process.pid)
    this.place = at
    this.#nameServer = new TinyNameServer(zone(at), { address: at.nameServer, port: 5353 })
    this.carrier = new TinyCarrier({
      domain: 'carrier.example',
      account: { username: 'trunk', password },
      listen: { address: at.carrier, port: 5060 },
    })
    this.pbx = new TinyPbx({
      domain: domains.office,
      users: { 201: password, 202: password },
      listen: { address: at.pbx, port: 5060 },
    })
    this.boxA = new TestBox({ config: configOfBoxA(at, password), address: at.boxA, sipPort: 5060 })
    this.boxB = new TestBox({ config: configOfBoxB(at, password), address: at.boxB, sipPort: 5060 })
    const phoneOf = (aor: string, box: string) =>
      new SipPhone({ aor, password, server: { host: box, port: 5060 }, listen: { address: at.phones } })
    this.anna = phoneOf(`anna@${domains.village}`, at.boxA)
    this.bert = phoneOf(`bert@${domains.village}`, at.boxA)
    this.clara = phoneOf(`clara@${domains.village}`, at.boxB)
    this.extension201 = phoneOf(`201@${domains.office}`, at.boxA)
    this.extension202 = phoneOf(`202@${domains.office}`, at.boxA)
    this.dora = new SipPhone({
      aor: `dora@${domains.world}`,
      listen: { address: at.publicDomain, port: 5060 },
      locate: (uri) => this.#locate(uri),
    })
  }

  /** Starts everybody, enrols box B with a ticket of box A, and registers the phones. `say` hears what happens. */
  async start(say: (what: string) => void): Promise<void> {
    say('name server, carrier, PBX and phones')
    for (const part of [this.#nameServer, this.carrier, this.pbx, ...this.phones]) await this.#run(part)
    say('box A makes the overlay and starts')
    await this.boxA.command('overlay', 'create', domains.village)
    await this.#run(this.boxA)
    say('box B joins with a one-time ticket and starts')
    const ticket = await this.boxA.command('overlay', 'invite')
    await this.boxB.command('overlay', 'join', lastWord(ticket))
    await this.#run(this.boxB)
    say('the boxes find each other, the trunk is offered, phones register')
    await Promise.all([this.boxA, this.boxB].map((box) => hasPeer(box)))
    await Promise.all(this.registeringPhones.map((phone) => phone.register()))
  }

  async stop(): Promise<void> {
    for (const part of this.#started.reverse()) await part.stop()
    this.#started = []
  }

  get registeringPhones(): readonly SipPhone[] {
    return [this.anna, this.bert, this.clara, this.extension201, this.extension202]
  }

  get phones(): readonly SipPhone[] {
    return [...this.registeringPhones, this.dora]
  }

  async #run(part: Pick<Part, 'start' | 'stop'>): Promise<void> {
    this.#started.push(part)
    await part.start()
  }

  /** What the public domain does: RFC 3263 with the name server of this world. */
  async #locate(uri: string): Promise<Remote> {
    const { host, port } = parseUri(uri)
    if (isIP(host)) return remoteOf(uri, 'udp')
    const resolver = new DnsHopResolver({
      servers: [this.#nameServer.serverText],
      timeoutMs: 1_000,
      serveStaleSeconds: 0,
    })
    const query = { scheme: 'sip', host, port, transport: undefined } as const
    const [hop] = await resolver.resolve(query, AbortSignal.timeout(5_000))
    if (hop?.transport !== 'udp' && hop?.transport !== 'tcp') throw new Error(`${uri} leads nowhere`)
    return { transport: hop.transport, address: hop.address, port: hop.port }
  }
}

interface OverlayAnswer {
  readonly overlays: readonly { readonly peers: readonly { readonly connected: boolean }[] }[]
}

function hasPeer(box: TestBox): Promise<boolean> {
  return eventually(10_000, 'the boxes to be connected', async () => {
    const { overlays } = await box.ask<OverlayAnswer>('/api/overlay')
    return overlays.some(({ peers }) => peers.some(({ connected }) => connected))
  })
}

function lastWord(text: string): string {
  return text.trim().split(/\s+/).at(-1) ?? ''
}
