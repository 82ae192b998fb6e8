import { expect } from 'vitest'
import { freePort } from './free-port.ts'
import { SipPhone } from './sip-phone.ts'
import { callerFields, registerFields } from './sipp-fields.ts'
import { SippRun } from './sipp-run.ts'
import { site } from './site.ts'

const callee = '127.0.0.22'
const caller = '127.0.0.21'

/**
 * What goes on at an honest site, the users 201 to 204: 202 is registered and answers, 201 calls it again and again, 204
 * registers; all are challenged. 203 registers over TCP from an address that nobody knows yet. SIPp's part is over UDP.
 */
export class GoodTraffic {
  readonly #target: string
  readonly #server: { readonly host: string; readonly port: number }
  #port = 0
  #registeringPort = 0
  #waiting: SippRun | undefined
  #strangers = 0

  constructor(server: { readonly host: string; readonly port: number }) {
    this.#server = server
    this.#target = `${server.host}:${server.port}`
  }

  /** 202 registers and waits for calls; 201 becomes known by a call. */
  async start(): Promise<void> {
    this.#port = await freePort(callee)
    this.#registeringPort = await freePort(callee)
    await this.#register('202', this.#port, 1, 1)
    this.#waiting = new SippRun({
      scenario: 'callee',
      address: callee,
      port: this.#port,
      timeoutSeconds: 600,
    })
    await this.#waiting.start()
    await this.call(1, 1)
  }

  async stop(): Promise<void> {
    await this.#waiting?.end()
  }

  /** 204, so many times. Rejects when one is not answered 200. */
  async register(times: number, rate: number): Promise<void> {
    await this.#register('204', this.#registeringPort, times, rate)
  }

  /** Rejects when one fails. */
  async call(times: number, rate: number): Promise<void> {
    const run = new SippRun({
      scenario: 'caller',
      target: this.#target,
      address: caller,
      port: await freePort(caller),
      calls: times,
      rate,
      holdMs: 200,
      timeoutSeconds: 60 + times / rate,
      fields: [callerFields('201', 'secret-201', site, '202')],
    })
    expect(await run.run()).toMatchObject({ successful: times, failed: 0 })
  }

  async registerStranger(): Promise<void> {
    const phone = new SipPhone({
      aor: `203@${site}`,
      password: 'secret-203',
      server: this.#server,
      transport: 'tcp',
      listen: { address: `127.0.0.${100 + this.#strangers++}` },
    })
    await phone.start()
    try {
      await phone.register()
      await phone.unregister()
    } finally {
      await phone.stop()
    }
  }

  /** All of it for `seconds`. Rejects when anything of it fails. */
  async during(seconds: number): Promise<void> {
    await Promise.all([
      this.call(5 * seconds, 5),
      this.register(Math.ceil(seconds), 1),
      this.registerStranger(),
    ])
  }

  async #register(user: string, port: number, calls: number, rate: number): Promise<void> {
    const run = new SippRun({
      scenario: 'register',
      target: this.#target,
      address: callee,
      port,
      calls,
      rate,
      fields: [registerFields(user, `secret-${user}`, site)],
      keys: { contact_port: String(port), contact_transport: 'udp' },
    })
    expect(await run.run()).toMatchObject({ successful: calls, failed: 0 })
  }
}
