import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'

type Named = Pick<PeerCertificate, 'subject'> & { readonly subjectaltname?: string | undefined }

/** SIP domains that a certificate speaks for (RFC 5922 §7.1), lower case. */
export function sipDomainsOf({ subject, subjectaltname }: Named): string[] {
  const names = subjectaltname?.split(', ') ?? []
  const domains = names.flatMap((name) => {
    if (name.startsWith('DNS:')) return [name.slice(4)]
    // With a user part it is a certificate of that user; another scheme says nothing about SIP.
    return /^URI:sip:([^@;?:/]+)(?:[:;?].*)?$/i.exec(name)?.[1] ?? []
  })
  const commonName: unknown = subject?.CN
  // Some certificates have several common names, which Node gives as an array; the last is the most specific.
  const last: unknown = Array.isArray(commonName) ? commonName.at(-1) : commonName
  if (subjectaltname === undefined && typeof last === 'string') domains.push(last)
  return domains.map((domain) => domain.toLowerCase())
}

/**
 * Whether a server's certificate is one for the host that was asked for. Returns what is wrong. Unlike on the web a
 * name has to match in its entirety: RFC 5922 §7.2 forbids wildcards.
 */
export function checkSipIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (isIP(host)) return checkServerIdentity(host, certificate)
  const domains = sipDomainsOf(certificate)
  const wanted = host.toLowerCase().replace(/\.$/, '')
  if (domains.includes(wanted)) return undefined
  const offered = domains.length > 0 ? domains.join(', ') : 'no SIP domain'
  return new Error(`the certificate is for ${offered}, not for ${wanted}`)
}
