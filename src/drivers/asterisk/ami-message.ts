import { AmiTrouble } from './ami-trouble.ts'

export type AmiField = readonly [name: string, value: string]

// manager.c: longer lines are cut, more headers are ignored.
const longestLine = 1_000
const mostFields = 100

/** An event or response of the manager interface. Header names are matched without regard to case. */
export class AmiMessage {
  readonly #fields: readonly AmiField[]

  constructor(fields: readonly AmiField[]) {
    this.#fields = fields
  }

  /** In the order in which they came. */
  get fields(): readonly AmiField[] {
    return this.#fields
  }

  /** The name of an event, empty for a response. */
  get event(): string {
    return this.get('Event') ?? ''
  }

  /** The first header of that name. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase()
    return this.#fields.find(([each]) => each.toLowerCase() === wanted)?.[1]
  }

  /** A channel variable that `channelvars` of manager.conf adds to events of channels. */
  variable(name: string): string | undefined {
    const start = `${name}=`
    const found = this.#fields.find(
      ([each, value]) => /^ChanVariable\b/i.test(each) && value.startsWith(start),
    )
    return found?.[1].slice(start.length)
  }
}

/** An action as it goes over the wire. Throws `AmiTrouble` for what would be read as something else. */
export function printAction(fields: readonly AmiField[]): string {
  if (fields.length > mostFields) throw new AmiTrouble('unsendable', `an action of ${fields.length} headers`)
  return `${fields.map(printField).join('')}\r\n`
}

function printField([name, value]: AmiField): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw new AmiTrouble('unsendable', `no header: ${name}`)
  const line = `${name}: ${value}`
  // A line break would begin a header, or an action, of somebody else's making.
  if (/\p{Cc}/u.test(value)) throw new AmiTrouble('unsendable', `${name} holds a control character`)
  if (Buffer.byteLength(line) > longestLine) throw new AmiTrouble('unsendable', `${name} is too long`)
  return `${line}\r\n`
}

/** `name: value`; undefined for what is no header. */
export function readField(line: string): AmiField | undefined {
  const colon = line.indexOf(':')
  if (colon < 1) return undefined
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}
