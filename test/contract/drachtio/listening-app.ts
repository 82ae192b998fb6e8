import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import DrachtioSrf from 'drachtio-srf'
import { onTestFinished } from 'vitest'
import type { App, Request } from './srf.ts'

/** An application on unmodified drachtio-srf that waits for connections of the engine (`srf.listen`). */
export interface ListeningApp {
  readonly app: App & { endSession(request: Request): void }
  readonly port: number
  /** Connections that the engine has opened to it. */
  readonly connections: number
}

export async function listeningApp(
  secret: string,
  prepare: (app: ListeningApp['app']) => void,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ListeningApp> {
  const srf = new DrachtioSrf() as unknown as ListeningApp['app'] & { listen(options: object): Server }
  prepare(srf)
  const server = tls
    ? srf.listen({ host: '127.0.0.1', port: 0, secret, tls })
    : srf.listen({ server: createServer().listen(0, '127.0.0.1'), secret })
  if (!server.listening) await once(server, 'listening')
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    onTestFinished(() => void socket.destroy())
  })
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return {
    app: srf,
    port,
    get connections() {
      return connections
    },
  }
}
