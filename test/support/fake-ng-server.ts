import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

export type NgValue = string | number | readonly NgValue[] | { readonly [key: string]: NgValue }
export type NgCommand = Readonly<Record<string, NgValue>>

export interface NgArrival {
  readonly cookie: string
  readonly command: NgCommand
  reply(value: NgCommand): void
}

/** rtpengine's side of the ng protocol: `<cookie> <bencoded dictionary>` over UDP. */
export class FakeNgServer {
  readonly arrivals: NgArrival[] = []
  onArrival: (arrival: NgArrival) => void = ({ reply }) => reply({ result: 'pong' })
  readonly #socket = createSocket('udp4')

  async start(): Promise<number> {
    this.#socket.on('message', (message, from) => this.#receive(message.toString(), from))
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
    return this.#socket.address().port
  }

  async stop(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }

  #receive(text: string, from: RemoteInfo): void {
    const space = text.indexOf(' ')
    const cookie = text.slice(0, space)
    const arrival: NgArrival = {
      cookie,
      command: decode(text.slice(space + 1)) as NgCommand,
      reply: (value) => this.#socket.send(`${cookie} ${encode(value)}`, from.port, from.address),
    }
    this.arrivals.push(arrival)
    this.onArrival(arrival)
  }
}

export function encode(value: NgValue): string {
  if (typeof value === 'number') return `i${value}e`
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`
  if (Array.isArray(value)) return `l${value.map(encode).join('')}e`
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `d${pairs.map(([key, each]) => encode(key) + encode(each)).join('')}e`
}

/** ASCII only, which is all the tests send. */
export function decode(text: string): NgValue {
  let at = 0
  const item = (): NgValue => {
    const kind = text[at]
    if (kind === 'i') return number()
    if (kind === 'l') return list()
    if (kind === 'd') {
      const flat = list()
      const pairs = flat.flatMap((key, index) => (index % 2 === 0 ? [[key, flat[index + 1]]] : []))
      return Object.fromEntries(pairs)
    }
    return string()
  }
  const number = () => {
    const end = text.indexOf('e', at)
    const value = Number(text.slice(at + 1, end))
    at = end + 1
    return value
  }
  const list = () => {
    const items: NgValue[] = []
    at += 1
    while (text[at] !== 'e') items.push(item())
    at += 1
    return items
  }
  const string = () => {
    const colon = text.indexOf(':', at)
    if (colon < 0) throw new Error(`not bencoded at ${at}: ${text}`)
    const start = colon + 1
    at = start + Number(text.slice(at, colon))
    return text.slice(start, at)
  }
  return item()
}
