import {
  type ServerUnderTest,
  startServer,
  type TestSettings,
} from '../../contract/drachtio/server-under-test.ts'
import { type App, startApp } from '../../contract/drachtio/srf.ts'
import { type Part, SippPhone } from './sipp-stage.ts'

export interface ForwardedCall {
  readonly caller: Part
  /** In the order in which they are tried. */
  readonly targets: readonly Part[]
  /** Known to nobody but the targets: their scenarios find it as `[spare]`. */
  readonly spare?: Part
  /** Of drachtio-srf's `proxyRequest`. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** The engine under an application that does nothing but `proxyRequest`; whom a call is for says to which ports it goes. */
export class ProxyEngine {
  #server: ServerUnderTest | undefined
  #app: App | undefined
  readonly #settings: TestSettings
  readonly #options = new Map<string, Readonly<Record<string, unknown>>>()

  constructor(settings: TestSettings = {}) {
    this.#settings = settings
  }

  async start(): Promise<void> {
    this.#server = await startServer(this.#settings)
    this.#app = await startApp(this.#server, (app) => {
      app.invite((request) => {
        const user = /^sip:([^@]+)@/.exec(request.uri)?.[1] ?? ''
        const targets = user.split('-').map((port) => `sip:phone@127.0.0.1:${port}`)
        // How it fares is what the phones tell.
        app.proxyRequest(request, targets, this.#options.get(user)).catch(() => undefined)
      })
    })
  }

  /** Rejects when the engine has logged an error. */
  async stop(): Promise<void> {
    this.#app?.disconnect()
    await this.#server?.stop()
    if (this.#server?.errors.length) throw new Error(this.#server.errors.join('\n'))
  }

  async play({ caller, targets, spare, options = {} }: ForwardedCall): Promise<void> {
    const port = this.#server?.sip.port ?? 0
    const called = await Promise.all(targets.map((part) => SippPhone.at(port, part)))
    const other = spare && (await SippPhone.at(port, spare))
    const calling = await SippPhone.at(port, caller)
    const all = [...called, ...(other ? [other] : []), calling]
    try {
      const user = called.map(({ contact }) => contact.split(':')[1]).join('-')
      this.#options.set(user, options)
      await other?.wait()
      for (const phone of called) await phone.wait(other?.contact)
      await calling.call(`sip:${user}@127.0.0.1:${port}`)
      await Promise.all(all.filter((phone) => !phone.mayGoUncalled).map((phone) => phone.finished()))
    } finally {
      await Promise.all(all.map((phone) => phone.end()))
    }
  }
}
