import type { CallRecord } from '../../../src/domain/call-record.ts'
import type { Part } from '../../../src/lib/part.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { asteriskRole } from '../../support/asterisk-role.ts'
import { Baresip } from '../../support/baresip.ts'
import { NamespaceDoor } from '../../support/namespace-door.ts'
import type { NetworkHost } from '../../support/network-host.ts'
import { NetworkTopology } from '../../support/network-topology.ts'
import { Rtpengine } from '../../support/rtpengine.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { TinyCarrier } from '../../support/tiny-carrier.ts'
import { eventually } from '../../support/within.ts'
import { OverlayBox, village } from '../overlay/overlay-box.ts'

export interface OfficeOptions {
  readonly extensions: readonly string[]
  /** Users of the second site. */
  readonly farUsers?: readonly string[]
  /** Users of the box itself, whom the PBX does not know. */
  readonly ownUsers?: readonly string[]
  readonly hasRelay?: boolean
  readonly pbx?: Partial<NonNullable<BoxConfig['pbxs']>[number]>
  readonly config?: Partial<BoxConfig>
}

export interface PbxShown {
  readonly name: string
  readonly state: string
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  readonly why: string
}

const ownDomain = 'office.test'
const addresses = {
  box: '10.30.0.1',
  pbx: '10.30.0.2',
  phones: '10.30.0.3',
  carrier: '10.30.0.4',
  far: '10.30.0.5',
}
/** For a switch of the dialplan that makes every call end with 503. */
const overload = { name: 'OVERLOADED', congestion: 'Hangup(42)' }

/**
 * A company on a switch of its own: an Asterisk as PBX, set up as gateway-config says, a box in front of it, phones behind
 * the box, a carrier, and a second site's box in the same overlay. Each is a host of its own.
 */
export class Office implements Part {
  readonly name = 'office'
  readonly asterisk: Asterisk
  readonly box: TestBox
  readonly carrier: TinyCarrier
  readonly far: OverlayBox
  readonly #topology = new NetworkTopology()
  readonly #relay: Rtpengine | undefined
  readonly #pbxHost: NetworkHost
  readonly #phonesHost: NetworkHost
  readonly #boxDoor: NamespaceDoor
  readonly phonesDoor: NamespaceDoor
  readonly #carrierDoor: NamespaceDoor
  readonly #phones: SipPhone[] = []
  /** What is up, in start order. */
  readonly #started: Part[] = []

  constructor({
    extensions,
    farUsers = ['301'],
    ownUsers = [],
    hasRelay = false,
    pbx = {},
    config = {},
  }: OfficeOptions) {
    const lan = this.#topology.switch()
    const host = (address: string) => {
      const made = this.#topology.host()
      made.plug(lan, `${address}/24`)
      return made
    }
    const boxHost = host(addresses.box)
    this.#pbxHost = host(addresses.pbx)
    this.#phonesHost = host(addresses.phones)
    const carrierHost = host(addresses.carrier)
    this.#boxDoor = new NamespaceDoor(boxHost.namespace)
    this.phonesDoor = new NamespaceDoor(this.#phonesHost.namespace)
    this.#carrierDoor = new NamespaceDoor(carrierHost.namespace)
    this.asterisk = new Asterisk({
      address: addresses.pbx,
      namespace: this.#pbxHost.namespace.name,
      files: pbxFiles(extensions),
    })
    this.carrier = new TinyCarrier({
      listen: { address: addresses.carrier, port: 5060 },
      tone: 880,
      openUdp: (address, port) => this.#carrierDoor.openUdp(address, port),
    })
    if (hasRelay)
      this.#relay = new Rtpengine({
        address: addresses.box,
        namespace: boxHost.namespace.name,
        openUdp: (address, port) => this.#boxDoor.openUdp(address, port),
      })
    this.box = new TestBox({
      namespace: boxHost.namespace.name,
      fetch: (url) => this.#boxDoor.fetch(url),
      address: addresses.box,
      sipPort: 5060,
      config: {
        box: { name: 'office', logLevel: 'debug' },
        sip: { listen: ['sip:*:5060;transport=udp,tcp'], domains: [ownDomain] },
        registrar: { algorithms: ['MD5'] },
        guard: { requestsPerSecond: 500, requestBurst: 1_000 },
        numbering: { country: 'DE', areaCode: '30' },
        users: [
          ...extensions.map((user) => `${user}@${village}`),
          ...ownUsers.map((user) => `${user}@${ownDomain}`),
        ].map((aor) => ({
          aor,
          password: `secret-${aor.slice(0, 3)}`,
          numbers: [`+49301234${aor.slice(0, 3)}`],
        })),
        groups: [
          { aor: `600@${village}`, members: extensions.slice(0, 4).map((user) => `${user}@${village}`) },
        ],
        trunks: [{ name: 'lines', server: `${addresses.carrier}:5060` }],
        asterisks: [{ name: 'pbx', host: addresses.pbx, username: 'causeway', secret: 'secret' }],
        pbxs: [{ name: 'main', server: addresses.pbx, domain: village, asterisk: 'pbx', ...pbx }],
        overlays: [{ domain: village }],
        dns: { servers: ['198.51.100.53'] },
        ...(hasRelay && { media: { rtpengine: { host: addresses.box, port: 22_222 } } }),
        ...config,
      },
    })
    this.far = new OverlayBox({
      host: host(addresses.far),
      address: addresses.far,
      users: farUsers,
    })
  }

  async start(): Promise<void> {
    for (const door of [this.#boxDoor, this.phonesDoor, this.#carrierDoor]) await this.#up(door)
    await this.#up(this.carrier)
    await this.#up(this.asterisk)
    if (this.#relay) await this.#up(this.#relay)
    await this.box.command('overlay', 'create', village)
    const { ticket } = JSON.parse(await this.box.command('overlay', 'invite', '--json'))
    await this.#up(this.box)
    await this.far.join(ticket)
    await this.#up(this.far)
    await this.inState('normal', 20_000)
  }

  async stop(): Promise<void> {
    for (const phone of this.#phones.splice(0)) await phone.stop()
    for (const part of this.#started.splice(0).reverse()) await part.stop()
    this.#topology.remove()
  }

  /** A phone behind the box that is registered through it. */
  async phone(user: string, options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    return await this.#phoneAt(addresses.box, user, this.phonesDoor, options)
  }

  /** A real phone behind the box; it answers every call with a tone of 880 Hz. */
  async baresip(user: string, expires: number): Promise<Baresip> {
    const phone = new Baresip({
      aor: `${user}@${village}`,
      password: `secret-${user}`,
      server: { host: addresses.box, port: 5060 },
      transport: 'udp',
      address: addresses.phones,
      namespace: this.#phonesHost.namespace.name,
      connectTcp: (address, port) => this.phonesDoor.connectTcp(address, port),
      tone: 880,
      expires,
    })
    await this.#up(phone)
    return phone
  }

  /** A phone that the PBX does not know. */
  async ownPhone(user: string, options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    const aor = `${user}@${ownDomain}`
    return await this.#phoneAt(addresses.box, user, this.phonesDoor, { aor, ...options })
  }

  /** A phone of the second site. */
  async farPhone(user: string, options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    return await this.#phoneAt(addresses.far, user, this.phonesDoor, options)
  }

  /** Where SIPp runs, and the box as it sees it. */
  get sipp(): { readonly namespace: string; readonly address: string; readonly target: string } {
    return {
      namespace: this.#phonesHost.namespace.name,
      address: addresses.phones,
      target: `${addresses.box}:5060`,
    }
  }

  /** A call from the telephone network. */
  callIn(did: string) {
    return this.carrier.callIn(did, '+4989123456', `${addresses.box}:5060`)
  }

  async pbx(): Promise<PbxShown> {
    const { pbxs } = await this.box.ask<{ pbxs: readonly PbxShown[] }>('/api/status')
    const [shown] = pbxs
    if (!shown) throw new Error('the box shows no PBX')
    return shown
  }

  /** Resolves when the box sees the PBX so. */
  async inState(state: string, withinMs: number): Promise<PbxShown> {
    return await eventually(
      withinMs,
      `the PBX to be ${state}`,
      async () => {
        const shown = await this.pbx()
        return shown.state === state && shown
      },
      100,
    )
  }

  /** Resolves when calls of the phones go by the PBX: none is away any more. */
  async callsGoByPbx(withinMs: number): Promise<void> {
    await eventually(
      withinMs,
      'calls to go by the PBX',
      async () => {
        const { recent } = await this.box.ask<{ recent: readonly CallRecord[] }>('/api/calls?most=4')
        return recent.some(({ source, path }) => source === 'phone' && path === 'pbx')
      },
      100,
    )
  }

  /** Nothing passes between the PBX and anybody any more, and nobody is told. */
  cutPbxOff(): void {
    for (const chain of ['INPUT', 'OUTPUT']) this.#pbxHost.namespace.iptables('-I', chain, '-j', 'DROP')
  }

  mendPbx(): void {
    for (const chain of ['INPUT', 'OUTPUT']) this.#pbxHost.namespace.iptables('-D', chain, '-j', 'DROP')
  }

  /** Every call is refused with 503; OPTIONS and REGISTER are answered as ever. */
  async overloadPbx(isOverloaded: boolean): Promise<void> {
    await this.asterisk.command(`dialplan set global ${overload.name} ${isOverloaded ? 1 : 0}`)
  }

  async #phoneAt(
    host: string,
    user: string,
    door: NamespaceDoor,
    options: Partial<SipPhoneOptions>,
  ): Promise<SipPhone> {
    const phone = new SipPhone({
      aor: `${user}@${village}`,
      password: `secret-${user}`,
      server: { host, port: 5060 },
      listen: { address: addresses.phones },
      openUdp: (address, port) => door.openUdp(address, port),
      ...options,
    })
    await phone.start()
    this.#phones.push(phone)
    await phone.register()
    return phone
  }

  async #up(part: Part): Promise<void> {
    await part.start()
    this.#started.push(part)
  }
}

function pbxFiles(extensions: readonly string[]): Record<string, string> {
  const files = asteriskRole('pbx', { box: `${addresses.box}:5060` })
  const pjsip = files['pjsip.conf'] ?? ''
  const more = extensions
    .filter((user) => !pjsip.includes(`[${user}]`))
    .map(
      (user) => `
[${user}](phone)
auth = ${user}
aors = ${user}
set_var = NUMBER=+49301234${user}
[${user}](phone-auth)
username = ${user}
password = secret-${user}
[${user}](phone-aor)
`,
    )
  const dialplan = (files['extensions.conf'] ?? '').replace(
    '[inside]\n',
    `[inside]\nexten => _2XX,1,GotoIf($["\${${overload.name}}" = "1"]?overloaded)\n same => n,Goto(inside-ready,\${EXTEN},1)\n same => n(overloaded),${overload.congestion}\n\n[inside-ready]\n`,
  )
  return {
    ...files,
    'pjsip.conf': pjsip + more.join(''),
    'extensions.conf': dialplan,
    'manager.conf': (files['manager.conf'] ?? '').replace('127.0.0.0/255.0.0.0', '10.30.0.0/255.255.255.0'),
  }
}
