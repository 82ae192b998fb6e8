import { trimBlanks, trimTrailingBlanks } from './blanks.ts'
import { isSchemeCode } from './character-classes.ts'
import { Params, readParams } from './params.ts'
import { quoted, Scanner } from './scanner.ts'
import { SipParseError } from './sip-parse-error.ts'

const quote = 0x22
const comma = 0x2c
const star = 0x2a
const lessThan = 0x3c

/** A value of From, To, Contact, Route, Refer-To and their like: `"Display" <uri>;params` (RFC 3261 §20.10). */
export class NameAddr {
  /** Without quotes, escapes resolved. */
  readonly displayName: string | undefined
  /** As written; `parseUri` reads it. */
  readonly uri: string
  /** The header's parameters, not the URI's. */
  readonly params: Params

  constructor(displayName: string | undefined, uri: string, params = new Params()) {
    this.displayName = displayName
    this.uri = uri
    this.params = params
  }

  get tag(): string | undefined {
    return this.params.text('tag')
  }

  /** `Contact: *` of a REGISTER (RFC 3261 §10.2.2). */
  get isStar(): boolean {
    return this.uri === '*'
  }
}

/** Reads a header that holds one value. */
export function parseNameAddr(text: string): NameAddr {
  const scanner = new Scanner(text)
  const address = readNameAddr(scanner)
  if (!scanner.atEnd) throw new SipParseError('Bad Address')
  return address
}

/** Reads a header line that may hold several values. */
export function parseNameAddrs(text: string): NameAddr[] {
  const scanner = new Scanner(text)
  const addresses = [readNameAddr(scanner)]
  while (scanner.take(comma)) addresses.push(readNameAddr(scanner))
  if (!scanner.atEnd) throw new SipParseError('Bad Address')
  return addresses
}

export function printNameAddr(address: NameAddr): string {
  if (address.isStar) return '*'
  const name = address.displayName === undefined ? '' : `${quoted(address.displayName)} `
  return `${name}<${address.uri}>${address.params}`
}

function readNameAddr(scanner: Scanner): NameAddr {
  scanner.skipBlanks()
  if (scanner.isAt(star)) return readStar(scanner)
  let displayName: string | undefined
  if (scanner.isAt(quote)) {
    displayName = scanner.quotedString()
    scanner.skipBlanks()
    if (!scanner.isAt(lessThan)) throw new SipParseError('Bad Address')
  } else if (!scanner.isAt(lessThan)) {
    const open = startOfBrackets(scanner)
    if (open < 0) return readBareAddress(scanner)
    displayName = trimTrailingBlanks(scanner.text.slice(scanner.position, open))
    scanner.position = open
  }
  const uri = readBracketed(scanner)
  return finish(scanner, displayName, uri)
}

function finish(scanner: Scanner, displayName: string | undefined, uri: string): NameAddr {
  if (!hasScheme(uri)) throw new SipParseError('Bad Address URI')
  const params = readParams(scanner)
  scanner.skipBlanks()
  return new NameAddr(displayName, uri, params)
}

function readStar(scanner: Scanner): NameAddr {
  scanner.position++
  scanner.skipBlanks()
  return new NameAddr(undefined, '*')
}

/** Where `<` stands behind an unquoted display name; -1 when the URI comes without brackets. */
function startOfBrackets(scanner: Scanner): number {
  const { text } = scanner
  for (let i = scanner.position; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case lessThan:
        return i
      case 0x3a: // a colon belongs to a URI, and no display name may hold the others unquoted
      case 0x3b:
      case comma:
      case quote:
        return -1
    }
  }
  return -1
}

function readBracketed(scanner: Scanner): string {
  const start = scanner.position + 1
  const end = scanner.text.indexOf('>', start)
  if (end < 0) throw new SipParseError('Unclosed Angle Bracket')
  scanner.position = end + 1
  // RFC 4475 §3.1.2.14: blanks inside the brackets are wrong, and harmless.
  return trimBlanks(scanner.text.slice(start, end))
}

/** RFC 3261 §20.10: without brackets every parameter is the header's, and `,` and `?` may not occur in the URI. */
function readBareAddress(scanner: Scanner): NameAddr {
  const start = scanner.position
  for (; !scanner.atEnd; scanner.position++) {
    const { code } = scanner
    if (code === 0x3b || code === comma || code === 0x20 || code === 0x09) break
    if (code === 0x3f) throw new SipParseError('URI With Headers Needs Angle Brackets')
  }
  return finish(scanner, undefined, scanner.text.slice(start, scanner.position))
}

/** `scheme:` followed by something, with no blank or bracket anywhere. */
export function hasScheme(uri: string): boolean {
  let i = 0
  while (i < uri.length && isSchemeCode(uri.charCodeAt(i))) i++
  if (i === 0 || i + 1 >= uri.length || uri.charCodeAt(i) !== 0x3a) return false
  for (; i < uri.length; i++) {
    const code = uri.charCodeAt(i)
    if (code <= 0x20 || code === lessThan || code === 0x3e || code === quote) return false
  }
  return true
}
