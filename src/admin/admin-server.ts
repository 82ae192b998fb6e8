import type { Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { serve } from '@hono/node-server'
import type { AdminSection } from '../config/sections/admin.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { AdminToken } from './access.ts'
import { createAdminApp } from './app.ts'
import type { BoxView } from './box-view.ts'

/** Serves pages and API. Refuses to listen beyond loopback without a token. */
export class AdminServer implements Part {
  readonly name = 'admin'
  readonly #section: AdminSection
  readonly #token: AdminToken | undefined
  readonly #box: BoxView
  readonly #log: Log
  #server: Server | undefined

  constructor(section: AdminSection, token: AdminToken | undefined, box: BoxView, log: Log) {
    this.#section = section
    this.#token = token
    this.#box = box
    this.#log = log
  }

  /** `http://host:port` once started. */
  get url(): string | undefined {
    const address = this.#server?.address() as AddressInfo | null | undefined
    if (!address) return undefined
    return `http://${isIP(address.address) === 6 ? `[${address.address}]` : address.address}:${address.port}`
  }

  async start(): Promise<void> {
    const { host, port } = this.#section
    const token = this.#token
    if (token === undefined && !isLoopback(host))
      throw new Error(`admin.host is ${host}: set admin.token to serve the pages beyond loopback`)
    const app = createAdminApp(this.#box, { token, refreshMs: 1_000 })
    await new Promise<void>((resolve, reject) => {
      const server = serve({ fetch: app.fetch, hostname: host, port }, () => resolve()) as Server
      this.#server = server
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const text = cause.code === 'EADDRINUSE' ? 'is in use: set admin.port to a free one' : cause.message
        reject(new Error(`admin port ${host}:${port} ${text}`, { cause }))
      })
    })
    this.#log.info({ url: this.url }, 'admin pages are served')
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server?.listening) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
