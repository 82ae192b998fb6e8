export type DigestAlgorithm = 'MD5' | 'SHA-256'

/** What an Authorization or Proxy-Authorization header says (RFC 7616 §3.4), quotes and escapes resolved. */
export interface DigestCredentials {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  /** Lower-case hex. */
  readonly response: string
  /** As sent; MD5 when the header names none. */
  readonly algorithm: string
  /** Undefined for clients that know RFC 2069 only. */
  readonly qop: string | undefined
  /** Eight hex digits, as sent: they are hashed so. */
  readonly nc: string | undefined
  readonly cnonce: string | undefined
}

const scheme = /^\s*digest\s+/i
// RFC 7616 §3.4: name = token or quoted-string, then a comma or the end.
const parameter = /([!#$%&'*+\-.^_`|~\w]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)/y

/** Reads one header; undefined when it is not Digest, is malformed, or lacks what a check needs. */
export function readDigestCredentials(header: string): DigestCredentials | undefined {
  const values = readParameters(header)
  const username = values?.get('username')
  const realm = values?.get('realm')
  const nonce = values?.get('nonce')
  const uri = values?.get('uri')
  const response = values?.get('response')
  if (!values || !username || realm === undefined || !nonce || !uri || !response) return undefined
  return {
    username,
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm: values.get('algorithm') ?? 'MD5',
    qop: values.get('qop'),
    nc: values.get('nc'),
    cnonce: values.get('cnonce'),
  }
}

/** The first of a repeated name counts. */
function readParameters(header: string): Map<string, string> | undefined {
  const start = scheme.exec(header)?.[0].length
  if (start === undefined) return undefined
  const values = new Map<string, string>()
  for (parameter.lastIndex = start; parameter.lastIndex < header.length; ) {
    const found = parameter.exec(header)
    if (!found?.[1]) return undefined
    const name = found[1].toLowerCase()
    if (!values.has(name)) values.set(name, found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '')
  }
  return values
}
