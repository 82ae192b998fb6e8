import { DrachtioStack } from '../../../src/drivers/drachtio/drachtio-stack.ts'
import { Engine } from '../../../src/engine/engine.ts'
import type { EngineSettings } from '../../../src/engine/engine-settings.ts'
import { NumericResolver } from '../../../src/engine/transport/numeric-resolver.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { SipPhone, type SipPhoneOptions } from '../../support/sip-phone.ts'

/** The stack over the embedded engine on loopback, and phones that speak to it. */
export class AStack {
  readonly engine: Engine
  readonly phones: SipPhone[] = []
  stack: DrachtioStack
  readonly #controlPort: number | undefined

  constructor(settings: Partial<EngineSettings> = {}, controlPort?: number) {
    this.#controlPort = controlPort
    this.engine = AStack.engine(settings, controlPort)
    this.stack = new DrachtioStack({ host: '127.0.0.1', port: 0, secret: 'secret' }, silentLog)
  }

  static engine(settings: Partial<EngineSettings> = {}, controlPort = 0): Engine {
    return new Engine({
      listen: [
        { transport: 'udp', address: '127.0.0.1', port: 0 },
        { transport: 'tcp', address: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: controlPort, secret: 'secret' },
      resolver: new NumericResolver(),
      log: silentLog,
      settings,
    })
  }

  async start(): Promise<void> {
    await this.engine.start()
    const port = this.#controlPort ?? this.engine.controlPort
    this.stack = new DrachtioStack({ host: '127.0.0.1', port, secret: 'secret' }, silentLog)
    await this.stack.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.phones.map((phone) => phone.stop()))
    await this.stack.stop()
    await this.engine.stop()
  }

  get port(): number {
    return this.engine.listeningPoints[0]?.port ?? 0
  }

  async phone(user: string, more: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    const { transport = 'udp' } = more
    const point = this.engine.listeningPoints.find((each) => each.transport === transport)
    const server = { host: '127.0.0.1', port: point?.port ?? 0 }
    const phone = new SipPhone({ aor: `${user}@site-a.example`, server, ...more })
    this.phones.push(phone)
    await phone.start()
    return phone
  }
}
