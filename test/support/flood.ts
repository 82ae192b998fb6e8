import { fileURLToPath } from 'node:url'
import { ChildProgram } from './child-program.ts'

export interface FloodOptions {
  readonly port: number
  readonly count: number
  readonly perSecond: number
  readonly withinMs: number
  /** How many addresses of 127.0.0.0/8 it comes from. */
  readonly addresses: number
}

export interface FloodFigures {
  readonly sent: number
  /** Sent in vain, as far as the system says. */
  readonly failed: number
  /** Datagrams that came back. */
  readonly heard: number
  readonly seconds: number
}

const program = fileURLToPath(new URL('./flood-program.ts', import.meta.url))

/** A program that sends new requests to 127.0.0.1, each with a Call-ID of its own. */
export class Flood {
  readonly #options: FloodOptions
  #program: ChildProgram | undefined

  constructor(options: FloodOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const args = [program, JSON.stringify(this.#options)]
    this.#program = await ChildProgram.start({ command: process.execPath, args })
  }

  get isOver(): boolean {
    return this.#program?.hasEnded ?? true
  }

  async finished(): Promise<FloodFigures> {
    if (!this.#program) throw new Error('the flood has not begun')
    const code = await this.#program.exited(this.#options.withinMs + 20_000)
    if (code !== 0) throw new Error(`the flood ended with ${code}: ${this.#program.lastWords}`)
    return JSON.parse(this.#program.lines.at(-1) ?? '')
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
  }
}
