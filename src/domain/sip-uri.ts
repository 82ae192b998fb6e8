/** A SIP, SIPS or tel URI taken apart as far as routing needs it (RFC 3261 §19.1, RFC 3966). */
export type DialledUri =
  | {
      readonly scheme: 'sip' | 'sips'
      /** Escapes decoded, without password and without RFC 3966 parameters; empty when there is none. */
      readonly user: string
      /** Lower case; IPv6 in brackets. */
      readonly host: string
      readonly port: number | undefined
      readonly parameters: ReadonlyMap<string, string>
    }
  | { readonly scheme: 'tel'; readonly number: string; readonly parameters: ReadonlyMap<string, string> }

const sipPattern =
  /^(sips?):(?:([^@]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i
const telPattern = /^tel:([^;?]+)((?:;[^?]*)?)$/i

/** Reads a URI as it stands in a request line, or the one inside `Name <uri>;tag=…`; undefined when it is neither. */
export function parseDialledUri(text: string): DialledUri | undefined {
  const uri = addrSpec(text)
  const tel = telPattern.exec(uri)
  if (tel?.[1]) return { scheme: 'tel', number: tel[1], parameters: parametersOf(tel[2] ?? '') }
  const sip = sipPattern.exec(uri)
  if (!sip?.[1] || !sip[3]) return undefined
  const user = decoded(telephoneUser(withoutPassword(sip[2] ?? '')))
  if (user === undefined) return undefined
  return {
    scheme: sip[1].toLowerCase() === 'sips' ? 'sips' : 'sip',
    user,
    host: sip[3].toLowerCase(),
    port: sip[4] === undefined ? undefined : Number(sip[4]),
    parameters: parametersOf(sip[5] ?? ''),
  }
}

/** `host`, `host:port`, `2001:db8::1` or `[2001:db8::1]:port`, as an operator writes a server. */
export function parseHostPort(text: string): { host: string; port: number | undefined } {
  const bracketed = /^(\[[^\]]+\])(?::(\d+))?$/.exec(text)
  if (bracketed?.[1]) return { host: bracketed[1].toLowerCase(), port: portOf(bracketed[2]) }
  if (text.split(':').length > 2) return { host: `[${text.toLowerCase()}]`, port: undefined }
  const [host = '', port] = text.split(':')
  return { host: host.toLowerCase(), port: portOf(port) }
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

const quotedName = /^\s*"(?:[^"\\]|\\.)*"/

function addrSpec(text: string): string {
  const unnamed = text.replace(quotedName, '')
  return (/<([^>]*)>/.exec(unnamed)?.[1] ?? unnamed).trim()
}

function withoutPassword(userInfo: string): string {
  const colon = userInfo.indexOf(':')
  return colon < 0 ? userInfo : userInfo.slice(0, colon)
}

// RFC 3261 §19.1.6: a telephone-subscriber in the user part may carry parameters of its own.
function telephoneUser(user: string): string {
  return /^\+?[\d().*#-]+;/.test(user) ? user.slice(0, user.indexOf(';')) : user
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a stray % is no escape (RFC 3261 §25.1)
  }
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const part of text.split(';')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    parameters.set(name, equals < 0 ? '' : part.slice(equals + 1).trim())
  }
  return parameters
}
