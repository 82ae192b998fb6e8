import { X509Certificate } from 'node:crypto'
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls'
import { sipDomainsOf } from './certificate-identity.ts'

/** PEM text. */
export interface CertificateAndKey {
  readonly cert: string
  readonly key: string
}

/** What a listening point shows of itself in TLS, on the connections it accepts and on those it opens. PEM text. */
export interface TlsCredentials {
  /** The certificate, followed by those between it and its authority. */
  readonly cert: string
  readonly key: string
  /** Certificates for other names, shown to clients that ask for one of these (RFC 6066 §3). */
  readonly more?: readonly CertificateAndKey[] | undefined
  /** Authorities: trusted besides the public ones when we connect, and instead of them for what clients show. */
  readonly ca?: string | undefined
  /** Asks clients for a certificate. Who shows none is let in; who shows one that does not hold is not. */
  readonly requestClientCertificate?: boolean | undefined
}

// RFC 8996: nothing older.
const minVersion: SecureVersion = 'TLSv1.2'

/** Throws an Error with the code of OpenSSL when the PEM is of no use. */
export function checkCredentials(credentials: TlsCredentials): void {
  createSecureContext(serverContextOptions(credentials))
  contextsByName(credentials)
}

/** What to show to clients that ask for a name, lower case; of two certificates for one name the first counts. */
export function contextsByName(credentials: TlsCredentials): Map<string, SecureContext> {
  const contexts = new Map<string, SecureContext>()
  for (const { cert, key } of [credentials, ...(credentials.more ?? [])]) {
    const context = createSecureContext(serverContextOptions({ ...credentials, cert, key }))
    for (const name of sipDomainsOf(new X509Certificate(cert).toLegacyObject()))
      if (!contexts.has(name)) contexts.set(name, context)
  }
  return contexts
}

/** For connections that are accepted. */
export function serverContextOptions({ cert, key, ca }: TlsCredentials): SecureContextOptions {
  return { cert, key, minVersion, ...(ca === undefined ? {} : { ca }) }
}

/** For connections that are opened: the certificate is shown to servers that ask. Throws like `checkCredentials`. */
export function clientContext({ cert, key, ca }: TlsCredentials): SecureContext {
  const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }
  return createSecureContext({ cert, key, minVersion, ...trusted })
}
