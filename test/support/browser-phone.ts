import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'rolldown'
import type { Part } from '../../src/lib/part.ts'
import { eventually } from './within.ts'

export interface BrowserPhoneOptions {
  readonly aor: string
  readonly password: string
  /** `wss://…` */
  readonly url: string
  /** PEM; only a server with its key is taken. */
  readonly certificate: string
}

interface PhoneEvent {
  readonly name: string
  readonly cause: string
}

const page = readFileSync(new URL('../fixtures/browser-phone/page.js', import.meta.url), 'utf8')
const jsSip = fileURLToPath(import.meta.resolve('jssip'))

/** JsSIP in Debian's Chromium without a window. Its microphone beeps; it answers every call. */
export class BrowserPhone implements Part {
  readonly name = 'browser phone'
  readonly #options: BrowserPhoneOptions
  readonly #events: PhoneEvent[] = []
  /** As a page keeps it in its storage: by this the box knows the phone again (RFC 5626 §4.1). */
  readonly #instance = randomUUID()
  /** Of the page: from elsewhere it might neither use the microphone nor connect to this machine. */
  readonly #server = createServer((_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>phone</title>'),
  )
  #browser: Browser | undefined
  #page: Page | undefined

  constructor(options: BrowserPhoneOptions) {
    this.#options = options
  }

  /** Resolves when it has registered. */
  async start(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--allow-loopback-in-peer-connection',
        `--ignore-certificate-errors-spki-list=${keyHash(this.#options.certificate)}`,
      ],
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const context = await this.#browser.newContext({ permissions: ['microphone'] })
    this.#page = await context.newPage()
    await this.#page.exposeFunction('tell', (name: string, cause: string) =>
      this.#events.push({ name, cause }),
    )
    await this.load()
  }

  /** The page again, as by the button: its connection ends without a word, and JsSIP begins anew. */
  async load(): Promise<void> {
    const { aor, password, url } = this.#options
    await this.#page?.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`)
    await this.#page?.addScriptTag({ content: await bundle() })
    await this.#page?.addScriptTag({ content: page })
    const account = { url, uri: `sip:${aor}`, password, instance: this.#instance }
    await this.#order(`phone.start(${JSON.stringify(account)})`)
    await this.event('registered')
  }

  async stop(): Promise<void> {
    await this.#browser?.close()
    this.#browser = undefined
    this.#server.close()
  }

  call(target: string): Promise<unknown> {
    return this.#order(`phone.call(${JSON.stringify(target)})`)
  }

  hangUp(): Promise<unknown> {
    return this.#order('phone.hangUp()')
  }

  /** How many packets of sound have come in the call. */
  async heard(): Promise<number> {
    return Number(await this.#order('phone.heard()'))
  }

  /** One that came already and was not asked for yet, or the next: `registered`, `confirmed`, `ended`, … */
  event(name: string): Promise<PhoneEvent> {
    return eventually(20_000, `${name} in the browser`, () => {
      const index = this.#events.findIndex((event) => event.name === name)
      return index >= 0 && this.#events.splice(index, 1)[0]
    }).catch((cause: Error) => {
      throw new Error(`${cause.message}; seen: ${JSON.stringify(this.#events)}`, { cause })
    })
  }

  #order(script: string): Promise<unknown> {
    if (!this.#page) throw new Error('the browser is not started')
    return this.#page.evaluate(script)
  }
}

/** JsSIP as one script with a global of that name. */
async function bundle(): Promise<string> {
  const { output } = await build({
    input: jsSip,
    platform: 'browser',
    write: false,
    output: { format: 'iife', name: 'JsSIP' },
  })
  return output[0].code
}

function keyHash(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}
