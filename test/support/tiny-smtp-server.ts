import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Part } from '../../src/lib/part.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body, as sent. */
  readonly text: string
}

/** Takes mail on loopback, without encryption. */
export class TinySmtpServer implements Part {
  readonly name = 'tiny smtp server'
  readonly mails: ReceivedMail[] = []
  /** Every command that a client has sent. */
  readonly commands: string[] = []
  /** What it says to RCPT TO. */
  rcptAnswer = '250 ok'
  readonly #server: Server = createServer((socket) => this.#serve(socket))
  readonly #sockets = new Set<Socket>()

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const say = (line: string) => socket.write(`${line}\r\n`)
    let mail = { from: '', to: [] as string[], text: '' }
    let isData = false
    say('220 mail.test')
    createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      if (isData) {
        if (line !== '.') {
          mail.text += `${line}\n`
          return
        }
        isData = false
        this.mails.push(mail)
        mail = { from: '', to: [], text: '' }
        say('250 taken')
        return
      }
      this.commands.push(line)
      const [, verb = '', argument = ''] = /^(\w+)(?: (?:FROM:|TO:)?<?([^>]*)>?.*)?$/i.exec(line) ?? []
      if (verb === 'MAIL') mail.from = argument
      if (verb === 'RCPT' && this.rcptAnswer.startsWith('2')) mail.to.push(argument)
      if (verb === 'DATA') isData = true
      if (verb === 'QUIT') {
        socket.end('221 bye\r\n')
        return
      }
      say(verb === 'RCPT' ? this.rcptAnswer : verb === 'DATA' ? '354 go on' : '250 mail.test')
    })
  }
}
