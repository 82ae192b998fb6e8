import { printHostPort, readHost, readPort } from './host-port.ts'
import { Params, readParams } from './params.ts'
import { Scanner } from './scanner.ts'
import { SipParseError } from './sip-parse-error.ts'

const slash = 0x2f
const comma = 0x2c

/** One Via value (RFC 3261 §20.42). Do not change one that a message handed out: print a new one instead. */
export class Via {
  readonly protocol = 'SIP/2.0'
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`. */
  readonly transport: string
  /** The sent-by host as written, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params

  constructor(transport: string, host: string, port: number | undefined, params = new Params()) {
    this.transport = transport
    this.host = host
    this.port = port
    this.params = params
  }

  get branch(): string | undefined {
    return this.params.text('branch')
  }

  /** The address that `received` gives, IPv6 without the brackets that some write (RFC 5118 §4.5). */
  get received(): string | undefined {
    const address = this.params.text('received')
    return address?.startsWith('[') ? address.slice(1, -1) : address
  }

  /** RFC 3581: `true` asks for the port, a number gives it. A value that is no port counts as asking. */
  get rport(): number | true | undefined {
    const value = this.params.get('rport')
    if (value === undefined || value === true) return value
    const port = Number(value)
    return Number.isInteger(port) && port > 0 && port < 65536 ? port : true
  }
}

/** Reads one Via value. */
export function parseVia(text: string): Via {
  const scanner = new Scanner(text)
  const via = readVia(scanner)
  if (!scanner.atEnd) throw new SipParseError('Bad Via Header')
  return via
}

/** Reads the first of the values of a Via line. */
export function parseFirstVia(text: string): Via {
  const scanner = new Scanner(text)
  const via = readVia(scanner)
  if (!scanner.atEnd && !scanner.isAt(comma)) throw new SipParseError('Bad Via Header')
  return via
}

/** The line itself when its first value can be read, else what of it says where an answer goes; else undefined. */
export function readableVia(text: string): string | undefined {
  if (isReadable(text)) return text
  const [sentBy = ''] = /^SIP ?\/ ?2\.0 ?\/ ?[A-Z]{2,8} +[\w.-]+(?::\d+)?/i.exec(text) ?? []
  return isReadable(sentBy) ? sentBy : undefined
}

export function printVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${printHostPort(via.host, via.port)}${via.params}`
}

function isReadable(text: string): boolean {
  try {
    return parseFirstVia(text).host !== ''
  } catch (error) {
    if (error instanceof SipParseError) return false
    throw error
  }
}

function readVia(scanner: Scanner): Via {
  const transport = readProtocol(scanner)
  scanner.skipBlanks()
  const host = readHost(scanner)
  const port = readPort(scanner)
  const params = readParams(scanner)
  scanner.skipBlanks()
  return new Via(transport, host, port, params)
}

/** `SIP/2.0/UDP`, blanks allowed around the slashes; gives the transport. */
function readProtocol(scanner: Scanner): string {
  if (scanner.text.startsWith('SIP/2.0/UDP ', scanner.position)) {
    scanner.position += 12
    return 'UDP'
  }
  scanner.skipBlanks()
  const protocol = scanner.token()
  const version = afterSlash(scanner)
  const transport = afterSlash(scanner)
  if (protocol.toUpperCase() !== 'SIP' || version !== '2.0' || transport === '')
    throw new SipParseError('Bad Via Header')
  return transport.toUpperCase()
}

function afterSlash(scanner: Scanner): string {
  if (!scanner.take(slash)) throw new SipParseError('Bad Via Header')
  scanner.skipBlanks()
  return scanner.token()
}
