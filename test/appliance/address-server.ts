import { ChildProgram } from '../support/child-program.ts'
import type { MachineLan } from '../support/machine-lan.ts'

/** What gives addresses on a network of a machine: DHCP by dnsmasq. */
export class AddressServer {
  readonly #lan: MachineLan
  #program: ChildProgram | undefined

  constructor(lan: MachineLan) {
    this.#lan = lan
  }

  async start(): Promise<void> {
    const options = [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--user=root',
      '--log-facility=-',
      '--port=0',
    ]
    const leases = ['--dhcp-leasefile=/dev/null', '--leasefile-ro', '--dhcp-authoritative', '--no-ping']
    this.#program = await ChildProgram.start({
      command: 'dnsmasq',
      args: [...options, ...leases, '--dhcp-range=10.66.0.50,10.66.0.59,1h', '--interface=eth0'],
      namespace: this.#lan.phones.namespace.name,
      ready: /DHCP, IP range/,
    })
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
  }
}
