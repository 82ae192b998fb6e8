import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { eventually } from './within.ts'

/** A person at the serial console of a machine: reads what comes, and types. */
export class SerialConsole {
  readonly #socket: Socket
  #text = ''
  #read = 0

  /** `path` of the socket at which the machine's serial port is. */
  static async open(path: string): Promise<SerialConsole> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new SerialConsole(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
    })
    // The machine was switched off.
    socket.on('error', () => socket.destroy())
  }

  /** The last that was on the screen, for who looks for the reason of a failure. */
  get lastWords(): string {
    return this.#text.slice(-4_000)
  }

  /** Waits for this to appear behind what was waited for before. */
  async see(pattern: RegExp, ms: number): Promise<RegExpExecArray> {
    const match = await eventually(
      ms,
      `${pattern} on the console`,
      () => pattern.exec(this.#text.slice(this.#read)) ?? undefined,
      100,
    ).catch((cause: Error) => {
      throw new Error(`${cause.message}:\n${this.lastWords}`, { cause })
    })
    this.#read += match.index + match[0].length
    return match
  }

  type(text: string): void {
    this.#socket.write(text)
  }

  /** Runs a line of shell where somebody is logged in; resolves with what it says. */
  async shell(line: string, ms = 60_000): Promise<string> {
    this.type(`${line}; echo "ended:$?:"\n`)
    await this.see(/"ended:\$\?:"\r?\n/, ms)
    const [text, code] = await this.see(/ended:(\d+):/, ms).then(({ input, index, 1: code = '' }) => {
      return [input.slice(0, index), code]
    })
    if (code !== '0') throw new Error(`${line} ended with ${code}:\n${text}`)
    return text ?? ''
  }

  close(): void {
    this.#socket.destroy()
  }
}
