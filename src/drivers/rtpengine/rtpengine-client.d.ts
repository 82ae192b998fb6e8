// What we use of rtpengine-client: its socket, its bencoding and its table of pending cookies.
declare module 'rtpengine-client' {
  import type { Socket } from 'node:dgram'
  import type { EventEmitter } from 'node:events'

  export class Client extends EventEmitter {
    constructor(options?: { readonly localAddress?: string; readonly localPort?: number })
    readonly socket: Socket
    readonly messages: Map<string, (error: unknown, reply?: Readonly<Record<string, unknown>>) => void>
    close(): void
  }
}

declare module 'rtpengine-client/lib/BaseClient.js' {
  const codec: {
    encodeMessage(cookie: string, command: Readonly<Record<string, unknown>>): Buffer
  }
  export default codec
}
