import type { SipTransport } from '../../domain/sip.ts'
import { parseHostPort } from '../../domain/sip-uri.ts'

/** Where requests to a PBX go. */
export function pbxUri({
  server,
  transport,
}: {
  readonly server: string
  readonly transport: SipTransport
}): string {
  const { host, port } = parseHostPort(server)
  return `sip:${host}${port === undefined ? '' : `:${port}`};transport=${transport}`
}
