import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

/** The token as it is now. */
export interface AdminToken {
  current(): Promise<string>
}

/** Lets a request in when it carries the token: as Bearer, or as the password of Basic for browsers. */
export function requireToken(token: AdminToken): MiddlewareHandler {
  return async (context, next) => {
    const given = readToken(context.req.header('authorization'))
    if (given !== undefined && timingSafeEqual(digest(given), digest(await token.current()))) return next()
    context.header('WWW-Authenticate', 'Basic realm="Causeway", charset="UTF-8"')
    return context.json(
      { error: 'a token is needed: admin.token of the config, as Bearer or as password' },
      401,
    )
  }
}

function readToken(authorization: string | undefined): string | undefined {
  // A password may have spaces in it.
  const [, scheme, value] = /^(\S+) +(.*)$/.exec(authorization ?? '') ?? []
  if (value === undefined) return undefined
  if (scheme?.toLowerCase() === 'bearer') return value
  if (scheme?.toLowerCase() === 'basic')
    return Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':')
  return undefined
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
