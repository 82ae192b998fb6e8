import type { IncomingRequest } from '../domain/sip.ts'

/** In place of the registrar when the operator has switched it off (RFC 3261 §8.2.1). `methods`: as in Allow. */
export function noRegistrar(methods: string): { handle(request: IncomingRequest): Promise<void> } {
  const others = methods.split(', ').filter((method) => method !== 'REGISTER')
  return { handle: (request) => request.respond(405, { headers: { Allow: others.join(', ') } }) }
}
