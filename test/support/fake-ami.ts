import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

export type AmiLines = Readonly<Record<string, string>>

/** An action as it came, and how to answer it. */
export interface AmiAction {
  readonly name: string
  get(header: string): string
  /** `Response: Success` unless the lines say otherwise, with the ActionID. */
  respond(lines?: AmiLines): void
  /** An event to this connection, with the ActionID. */
  event(lines: AmiLines): void
  /** Anything at all. */
  raw(text: string): void
}

const challenge = '316845203'

/** An Asterisk as far as its manager interface goes; one method makes it do anything else it should not. */
export class FakeAmi {
  readonly actions: AmiAction[] = []
  /** Lists by the action that asks for them; events of each without `ActionID`. Others are unknown commands. */
  lists: Record<string, readonly AmiLines[]> = {}
  banner = 'Asterisk Call Manager/5.0.2\r\n'
  account = { username: 'causeway', secret: 'secret' }
  isBooted = true
  /** Takes an action instead of the usual answer when it returns true. */
  onAction: (action: AmiAction) => boolean = () => false
  #server: Server | undefined
  #port = 0
  readonly #sockets = new Set<Socket>()

  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** Listens, on the same port as before. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.#connected(socket))
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP address')
    this.#server = server
    this.#port = address.port
  }

  /** As when Asterisk is killed: connections are reset, nothing listens. */
  async stop(): Promise<void> {
    this.cut()
    const server = this.#server
    this.#server = undefined
    if (!server) return
    server.close()
    await once(server, 'close')
  }

  /** Connections are reset; it goes on listening. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
    this.#sockets.clear()
  }

  /** An event to all who are connected. */
  send(lines: AmiLines): void {
    this.raw(print(lines))
  }

  raw(text: string | Buffer): void {
    for (const socket of this.#sockets) socket.write(text)
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // the far end may cut it as well
    socket.write(this.banner)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        this.#arrived(socket, text.slice(0, end))
        text = text.slice(end + 4)
      }
    })
  }

  #arrived(socket: Socket, text: string): void {
    const headers = new Map(
      text.split('\r\n').map((line) => [line.split(':')[0] ?? '', line.replace(/^[^:]*:\s*/, '')]),
    )
    const id = { ActionID: headers.get('ActionID') ?? '' }
    const action: AmiAction = {
      name: headers.get('Action') ?? '',
      get: (header) => headers.get(header) ?? '',
      respond: (lines = {}) => socket.write(print({ Response: 'Success', ...id, ...lines })),
      event: (lines) => socket.write(print({ ...lines, ...id })),
      raw: (each) => socket.write(each),
    }
    this.actions.push(action)
    if (!this.onAction(action)) this.#answer(action)
  }

  #answer(action: AmiAction): void {
    const list = this.lists[action.name]
    if (action.name === 'Challenge') action.respond({ Challenge: challenge })
    else if (action.name === 'Login') this.#login(action)
    else if (action.name === 'Ping') action.respond({ Ping: 'Pong' })
    else if (list) answerList(action, list)
    else action.respond({ Response: 'Error', Message: 'Invalid/unknown command: none of this test' })
  }

  #login(action: AmiAction): void {
    const { username, secret } = this.account
    const key = createHash('md5').update(`${challenge}${secret}`).digest('hex')
    if (action.get('Username') !== username || action.get('Key') !== key) {
      action.respond({ Response: 'Error', Message: 'Authentication failed' })
      return
    }
    // In one packet, as a real one often does.
    const id = { ActionID: action.get('ActionID') }
    const accepted = print({ Response: 'Success', ...id, Message: 'Authentication accepted' })
    action.raw(accepted + (this.isBooted ? print({ Event: 'FullyBooted', Status: 'Fully Booted' }) : ''))
  }
}

function answerList(action: AmiAction, entries: readonly AmiLines[]): void {
  action.respond({ EventList: 'start', Message: 'A list follows' })
  for (const entry of entries) action.event(entry)
  action.event({ Event: `${action.name}Complete`, EventList: 'Complete', ListItems: String(entries.length) })
}

function print(lines: AmiLines): string {
  return `${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
}
