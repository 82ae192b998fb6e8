import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Notice } from '../../src/domain/notice.ts'
import type { Part } from '../../src/lib/part.ts'

/** A program that is told by webhook: keeps every notice it gets. */
export class NoticeHook implements Part {
  readonly name = 'notice hook'
  readonly heard: Notice[] = []
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    this.heard.push(JSON.parse(Buffer.concat(chunks).toString()) as Notice)
    response.writeHead(204).end()
  })

  /** As `notices.webhooks[].url` takes it. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
