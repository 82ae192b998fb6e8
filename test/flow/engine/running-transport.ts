import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { Flow } from '../../../src/engine/transport/flow.ts'
import type { Hop } from '../../../src/engine/transport/hop.ts'
import type { ListenSpec } from '../../../src/engine/transport/listen-spec.ts'
import { SocketTransport } from '../../../src/engine/transport/socket-transport.ts'
import type { TransportSettings } from '../../../src/engine/transport/transport-settings.ts'
import { silentLog } from '../../../src/lib/log.ts'

export const never = new AbortController().signal
const cleanUp: (() => unknown)[] = []

/** What is put into the list is done after each test, last first. */
export function closingAfterEach(): (() => unknown)[] {
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step()
  })
  return cleanUp
}

export const udp4: ListenSpec = { transport: 'udp', address: '127.0.0.1', port: 0 }
export const tcp4: ListenSpec = { transport: 'tcp', address: '127.0.0.1', port: 0 }
export const udp6: ListenSpec = { transport: 'udp', address: '::1', port: 0 }
export const tcp6: ListenSpec = { transport: 'tcp', address: '::1', port: 0 }

export async function startTransport(
  listen: readonly ListenSpec[],
  settings: Partial<TransportSettings> = {},
) {
  const transport = new SocketTransport({ listen, log: silentLog, settings })
  const messages = new Inbox<{ text: string; flow: Flow }>()
  const failures = new Inbox<{ flow: Flow; cause: Error }>()
  transport.deliverTo({
    onMessage: (data, flow) => messages.put({ text: data.toString(), flow }),
    onFlowFailed: (flow, cause) => failures.put({ flow, cause }),
    onBadFrame: (_head, flow, status, reason) => {
      transport.send(flow, Buffer.from(`${status} ${reason}`))
    },
  })
  cleanUp.push(() => transport.stop())
  await transport.start()
  const hopTo = (n: number): Hop => {
    const point = transport.listeningPoints[n]
    if (!point) throw new Error(`no listening point ${n}`)
    return { transport: point.transport, address: point.address, port: point.port, host: point.address }
  }
  return { transport, messages, failures, hopTo }
}

/** Things that arrive, awaited in order with a bound. */
export class Inbox<T> {
  readonly #items: T[] = []
  readonly #waiting: ((item: T) => void)[] = []

  put(item: T): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(item)
    else this.#items.push(item)
  }

  next(withinMs = 2_000): Promise<T> {
    const item = this.#items.shift()
    if (item !== undefined) return Promise.resolve(item)
    return new Promise((resolve, reject) => {
      const bound = setTimeout(() => reject(new Error(`nothing within ${withinMs} ms`)), withinMs)
      this.#waiting.push((arrived) => {
        clearTimeout(bound)
        resolve(arrived)
      })
    })
  }
}

export const message = (body = 'hello') =>
  Buffer.from(`MESSAGE sip:b SIP/2.0\r\nl: ${body.length}\r\n\r\n${body}`)

export async function connectTo(hop: Hop): Promise<Socket> {
  const socket = connect(hop.port, hop.address)
  cleanUp.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}
