import { parseDialledUri } from './sip-uri.ts'

/**
 * The hosts that a request to a SIP URI may be sent to: its own, and every `maddr` that would stand in for it (RFC 3261
 * §19.1.1). Undefined for what is not read as a SIP URI.
 */
export function nextHosts(
  uri: string,
): readonly { readonly host: string; readonly port: number | undefined }[] | undefined {
  const read = parseDialledUri(uri)
  if (!read || read.scheme === 'tel') return undefined
  const { host, port } = read
  // Of a parameter that is there twice, nobody knows which one counts.
  const instead = [...uri.matchAll(/;\s*maddr\s*=\s*([^;?>\s]+)/gi)].map(([, named = '']) => named)
  return [host, ...instead].map((each) => ({ host: each.toLowerCase(), port }))
}
