import { readContacts } from '../../domain/contact-header.ts'
import type { IncomingRequest } from '../../domain/sip.ts'

/** The telephone that a request comes from, as it says itself. */
export function callerDevice(request: Pick<IncomingRequest, 'source' | 'header' | 'headers'>): {
  readonly address: string
  readonly instance: string | undefined
  readonly userAgent: string | undefined
} {
  const [contact] = readContacts(request.headers('contact'))
  return {
    address: request.source.address,
    instance: contact?.parameters.get('+sip.instance'),
    // As long as a registration keeps it.
    userAgent: request.header('user-agent')?.slice(0, 200),
  }
}
