import { join } from 'node:path'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { askPages, type PageAnswer } from '../support/ask-pages.ts'
import { BootedRoot, bootPrograms } from '../support/booted-root.ts'
import { addUsers } from '../support/installed-settings.ts'
import { MachineLan } from '../support/machine-lan.ts'
import { OverlayFolder } from '../support/overlay-folder.ts'
import { SippPhones } from '../support/sipp-phones.ts'
import { UnitView } from '../support/unit-view.ts'
import { eventually } from '../support/within.ts'
import { AddressServer } from './address-server.ts'
import { applianceRoot } from './appliance-root.ts'

const programs = { ...bootPrograms, sipp: 'sip-tester', curl: 'curl', dnsmasq: 'dnsmasq-base' }
// systemd calls it that in a container, as the image expects.
const port = 'host0'

/** The system of the image, booted in a network with phones 201 and 202 and an address server. */
export class ApplianceMachine {
  readonly lan = new MachineLan({ port })
  readonly folder: OverlayFolder
  readonly booted: BootedRoot
  readonly unit: UnitView
  readonly phones: SippPhones
  readonly #addresses = new AddressServer(this.lan)
  #address = ''

  constructor() {
    if (!installDebian(programs, 'the test of the appliance')) throw new Error('programs are missing')
    this.folder = new OverlayFolder(applianceRoot())
    const { machine, phones } = this.lan
    this.booted = new BootedRoot({ root: this.folder.path, namespace: machine.namespace.name })
    this.unit = new UnitView(this.booted)
    this.phones = new SippPhones({
      namespace: phones.namespace.name,
      address: this.lan.phonesAddress,
      target: () => `${this.#address}:5060`,
    })
  }

  /** All that a boot needs, but for the boot. */
  async prepare(): Promise<void> {
    this.folder.mount()
    addUsers(join(this.folder.path, 'data/etc'), '201', '202')
    this.lan.create()
    await this.#addresses.start()
  }

  async start(): Promise<void> {
    await this.prepare()
    await this.booted.start()
    await this.findAddress()
    await this.whenReady()
  }

  async stop(): Promise<void> {
    await this.booted.stop()
    await this.#addresses.stop()
    this.folder.unmount()
    this.lan.remove()
  }

  /** Waits until the machine has an address, which it returns and where the phones look for it from now on. */
  async findAddress(unlike?: string): Promise<string> {
    this.#address = await eventually(30_000, 'an address', async () => {
      const [address] = await this.addresses()
      return address !== unlike && address
    })
    return this.#address
  }

  /** Has the operator change how the box gets its address, and waits for another one. */
  async findAddressAfter(...words: readonly string[]): Promise<string> {
    const was = this.#address
    await this.booted.run('causeway-network', ...words)
    return this.findAddress(was)
  }

  async addresses(): Promise<readonly string[]> {
    const text = await this.booted.run('ip', '-4', '-o', 'address', 'show', port, 'scope', 'global')
    return [...text.matchAll(/inet ([\d.]+)/g)].map(([, address = '']) => address)
  }

  async password(): Promise<string> {
    return (await this.booted.run('cat', '/var/lib/causeway/admin-password')).trim()
  }

  /** What its console shows. */
  screen(): Promise<string> {
    // It goes on showing it; only the first screen is waited for.
    const console = 'timeout 60 /usr/lib/causeway-box/console < /dev/null 2> /dev/null'
    return this.booted.shell(`{ ${console} & } | sed '/Enter: log in/q'`)
  }

  pages(path: string, password?: string): Promise<PageAnswer> {
    return askPages(this.lan.phones.namespace.name, `http://${this.#address}:8160${path}`, password)
  }

  /** What is at another port, for those on the network. */
  stray(other: number): Promise<PageAnswer> {
    return askPages(this.lan.phones.namespace.name, `http://${this.#address}:${other}/`)
  }

  /** The unit is started. */
  async whenReady(ms = 60_000): Promise<void> {
    await eventually(ms, 'the unit', async () => (await this.unit.state()) === 'active', 250)
  }
}
