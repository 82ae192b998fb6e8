/** One value of To, Contact, Path, Route and their like: `"Name" <uri>;params` (RFC 3261 §20.10). */
export interface ListedAddress {
  /** As it stood in the header. */
  readonly text: string
  /** `*` for `Contact: *`. */
  readonly uri: string
  readonly hasBrackets: boolean
  /** The header's parameters, not the URI's: names in lower case, quotes removed, empty for a bare name. */
  readonly params: ReadonlyMap<string, string>
}

/** The values of one header line; undefined when it is malformed. */
export function parseAddresses(line: string): ListedAddress[] | undefined {
  const addresses: ListedAddress[] = []
  for (const text of splitOutside(line, ',')) {
    const address = parseAddress(text)
    if (!address) return undefined
    addresses.push(address)
  }
  return addresses
}

function parseAddress(text: string): ListedAddress | undefined {
  const nameEnd = text.startsWith('"') ? closingQuote(text, 0) + 1 : 0
  const open = text.indexOf('<', nameEnd)
  const close = open < 0 ? -1 : text.indexOf('>', open)
  if (open >= 0 && close < 0) return undefined
  const hasBrackets = open >= 0
  // Without brackets every parameter is the header's.
  const semicolon = text.indexOf(';')
  const uriEnd = hasBrackets ? close : semicolon < 0 ? text.length : semicolon
  const uri = text.slice(hasBrackets ? open + 1 : 0, uriEnd).trim()
  const params = parseParams(text.slice(hasBrackets ? close + 1 : uriEnd))
  if (uri === '' || /[\s<>"]/.test(uri) || !params) return undefined
  return { text, uri, hasBrackets, params }
}

function parseParams(text: string): Map<string, string> | undefined {
  const params = new Map<string, string>()
  const [before, ...parts] = splitOutside(text, ';', true)
  if (before) return undefined
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (!/^[a-z0-9!#$%&'*+\-.^_`|~]+$/.test(name)) return undefined
    params.set(name, equals < 0 ? '' : unquoted(part.slice(equals + 1).trim()))
  }
  return params
}

/** Parts between separators that stand outside of quotes and `<…>`, trimmed; empty ones only when asked for. */
function splitOutside(text: string, separator: string, keepsEmpty = false): string[] {
  const parts: string[] = []
  // What opens beyond it never closes.
  const lastClose = text.lastIndexOf('>')
  let start = 0
  const endPart = (end: number): void => {
    const part = text.slice(start, end).trim()
    if (part !== '' || keepsEmpty) parts.push(part)
    start = end + 1
  }
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') i = closingQuote(text, i)
    else if (character === '<' && i < lastClose) i = text.indexOf('>', i)
    else if (character === separator) endPart(i)
  }
  endPart(text.length)
  return parts
}

/** Where the quoted string that opens at `open` closes; the end of the text when it never does. */
function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return text.length
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, closingQuote(text, 0)).replace(/\\(.)/g, '$1') : text
}
