import type { Part } from '../../../src/lib/part.ts'
import { NamespaceDoor } from '../../support/namespace-door.ts'
import type { NetworkHost } from '../../support/network-host.ts'
import { type Answering, SipPhone } from '../../support/sip-phone.ts'
import { type OverlayBox, village } from './overlay-box.ts'

/** Where phones stand: a host of the topology; the phones themselves are of this process. */
export class PhoneRoom implements Part {
  readonly name = 'room of phones'
  readonly #address: string
  readonly #door: NamespaceDoor
  readonly #phones: SipPhone[] = []

  constructor(host: NetworkHost, address: string) {
    this.#address = address
    this.#door = new NamespaceDoor(host.namespace)
  }

  start(): Promise<void> {
    return this.#door.start()
  }

  /** A phone that is registered at that box. */
  async phone(user: string, box: OverlayBox, answering: Answering = 'answer'): Promise<SipPhone> {
    const phone = new SipPhone({
      aor: `${user}@${village}`,
      password: `secret-${user}`,
      server: { host: box.address, port: 5060 },
      listen: { address: this.#address },
      openUdp: (address, port) => this.#door.openUdp(address, port),
      answering,
    })
    await phone.start()
    this.#phones.push(phone)
    await phone.register()
    return phone
  }

  async stop(): Promise<void> {
    for (const phone of this.#phones.splice(0)) await phone.stop()
    await this.#door.stop()
  }
}
