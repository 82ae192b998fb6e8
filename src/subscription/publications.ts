import type { IncomingRequest, SipStack } from '../domain/sip.ts'
import type { Part } from '../lib/part.ts'
import type { Directory, Door, PbxDesk } from './neighbours.ts'
import { passedToPbx, passedToPhone } from './passed-headers.ts'
import { withoutTag } from './subscribe-facts.ts'

export interface PublicationsParts {
  readonly stack: Pick<SipStack, 'onRequest' | 'request'>
  readonly door: Pick<Door, 'admit'>
  readonly directory: Pick<Directory, 'find'>
  readonly pbxs: Pick<PbxDesk, 'proxyOf'>
}

const answerWithinMs = 32_000

/** PUBLISH of the phones (RFC 3903) goes to their PBX; the box keeps no published state. */
export class Publications implements Part {
  readonly name = 'publications'
  readonly #parts: PublicationsParts

  constructor(parts: PublicationsParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    this.#parts.stack.onRequest('PUBLISH', (request) => this.#onPublish(request))
  }

  async stop(): Promise<void> {
    // Handlers hold nothing between requests.
  }

  async #onPublish(request: IncomingRequest): Promise<void> {
    const { stack, door, directory, pbxs } = this.#parts
    const visitor = door.admit(request)
    if (visitor.kind === 'ignored') return
    if (visitor.kind === 'refused') return request.respond(visitor.status, { headers: visitor.headers })
    const resource = directory.find(request.uri)
    const proxy =
      visitor.kind === 'phone' && resource ? pbxs.proxyOf(resource.domain, visitor.user) : undefined
    if (proxy === undefined) return request.respond(489)
    const response = await stack.request('PUBLISH', request.uri, {
      headers: {
        From: withoutTag(request.header('from') ?? ''),
        To: withoutTag(request.header('to') ?? ''),
        ...passedToPbx(request),
      },
      body: request.body,
      proxy,
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const { status, reason, body } = response
    return request.respond(status, { reason, headers: passedToPhone(response), body })
  }
}
