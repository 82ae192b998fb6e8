import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'

/** RFC 6455 §1.3. */
const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const maxHeaderBytes = 16 * 1024

/** Turns connections into WebSockets for SIP: the HTTP upgrade of RFC 6455 §4.2 with the subprotocol of RFC 7118 §4. */
export class WebSocketEntrance {
  readonly #server: Server

  /** `onOpen` gets the connection after the upgrade, and what the client has sent since. */
  constructor(onOpen: (socket: Socket, head: Buffer) => void) {
    this.#server = createServer({ maxHeaderSize: maxHeaderBytes }, (_, response) => {
      response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end()
    })
    this.#server.on('clientError', (_, socket) => socket.destroy())
    this.#server.on('upgrade', (request, duplex, head) => {
      const socket = duplex as Socket
      // Until SIP is taken from it nobody else listens; a connection that fails closes by itself.
      const ignore = () => undefined
      socket.on('error', ignore)
      const refusal = refusalOf(request)
      if (refusal) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        socket.destroySoon()
        return
      }
      socket.write(acceptance(request.headers['sec-websocket-key'] ?? ''))
      onOpen(socket, head)
    })
  }

  /** Awaits the upgrade; how long that may take is the caller's business. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket)
  }
}

/** Status line of the refusal, if the request is no good. */
function refusalOf({ method, headers }: IncomingMessage): string | undefined {
  const key = headers['sec-websocket-key'] ?? ''
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return '400 Not A WebSocket'
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return '400 Bad Sec-WebSocket-Key'
  if (headers['sec-websocket-version'] !== '13') return '426 Upgrade Required\r\nSec-WebSocket-Version: 13'
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim().toLowerCase())
  return offered?.includes('sip') ? undefined : '400 The Subprotocol Is sip'
}

function acceptance(key: string): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${hash('sha1', key + acceptGuid, 'base64')}`,
    'Sec-WebSocket-Protocol: sip',
    '\r\n',
  ].join('\r\n')
}
