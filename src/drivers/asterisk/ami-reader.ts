import { type AmiField, AmiMessage, readField } from './ami-message.ts'
import { AmiTrouble } from './ami-trouble.ts'

const longestLine = 32 * 1024
/** No value that means anything here is longer, and thousands of them may be remembered. */
const keptOfLine = 1_024
const usualMessage = 128 * 1024
const lineFeed = 10

/**
 * Reads what an Asterisk sends over AMI: a banner, then messages, each ended by an empty line. What is kept between two
 * chunks is bounded: one line and one message.
 */
export class AmiReader {
  readonly #largestMessage: number
  #banner: string | undefined
  /** The beginning of a line whose end has not come yet. */
  #open: Buffer[] = []
  #openBytes = 0
  #fields: AmiField[] = []
  #messageBytes = 0

  constructor(largestMessage = usualMessage) {
    this.#largestMessage = largestMessage
  }

  /** `Asterisk Call Manager/5.0.2`, once it has come. */
  get banner(): string | undefined {
    return this.#banner
  }

  /** The messages that these bytes complete. Throws `AmiTrouble` for what is no AMI; nothing can be read after that. */
  push(chunk: Buffer): AmiMessage[] {
    const messages: AmiMessage[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(lineFeed, start)
      if (end < 0) break
      const message = this.#readLine(this.#takeLine(chunk.subarray(start, end)))
      if (message) messages.push(message)
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return messages
  }

  #takeLine(rest: Buffer): string {
    this.#keep(rest)
    const line = this.#open.length > 1 ? Buffer.concat(this.#open) : (this.#open[0] ?? rest)
    this.#open = []
    this.#messageBytes += this.#openBytes
    this.#openBytes = 0
    const text = line.toString('utf8', 0, keptOfLine)
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  #keep(bytes: Buffer): void {
    this.#openBytes += bytes.length
    if (this.#openBytes > longestLine) throw new AmiTrouble('garbage', 'a line without end')
    if (bytes.length > 0) this.#open.push(bytes)
  }

  #readLine(line: string): AmiMessage | undefined {
    if (this.#banner === undefined) {
      if (!/^Asterisk Call Manager\/[\d.]+/.test(line))
        throw new AmiTrouble('garbage', 'it does not greet as an Asterisk does')
      this.#banner = line.slice(0, 100)
      return undefined
    }
    if (line === '') return this.#takeMessage()
    const field = readField(line)
    if (!field) return undefined // output of a command that nobody here asked for, or garbage
    if (this.#messageBytes > this.#largestMessage) throw new AmiTrouble('garbage', 'a message without end')
    this.#fields.push(field)
    return undefined
  }

  #takeMessage(): AmiMessage | undefined {
    this.#messageBytes = 0
    if (this.#fields.length === 0) return undefined
    const message = new AmiMessage(this.#fields)
    this.#fields = []
    return message
  }
}
