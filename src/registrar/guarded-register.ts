import type { IncomingRequest, SipSource } from '../domain/sip.ts'

export interface RegisterGuard {
  admit(source: SipSource, userAgent?: string): 'ok' | 'banned' | 'too-fast'
}

/** A handler of REGISTER behind the guard: banned sources get no answer, hasty ones 503, all others reach `next`. */
export function guardedRegister(
  guard: RegisterGuard,
  next: (request: IncomingRequest) => Promise<void>,
): (request: IncomingRequest) => Promise<void> {
  return async (request) => {
    const admission = guard.admit(request.source, request.header('User-Agent'))
    if (admission === 'ok') return next(request)
    if (admission === 'too-fast') return request.respond(503, { headers: { 'Retry-After': '2' } })
  }
}
