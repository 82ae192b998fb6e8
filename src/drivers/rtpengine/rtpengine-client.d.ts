// What we use of rtpengine-client: its socket and its codec.
declare module 'rtpengine-client' {
  import type { Socket } from 'node:dgram'
  import type { EventEmitter } from 'node:events'

  export class Client extends EventEmitter {
    constructor(options?: { readonly localAddress?: string; readonly localPort?: number })
    readonly socket: Socket
    close(): void
  }
}

declare module 'rtpengine-client/lib/BaseClient.js' {
  const codec: {
    encodeMessage(cookie: string, command: Readonly<Record<string, unknown>>): Buffer
    /** Throws for what is no reply. */
    decodeMessage(message: Buffer): { readonly id: string; readonly data: Readonly<Record<string, unknown>> }
  }
  export default codec
}
