/** Where new requests of a method are taken, instead of to the applications that have a route for it. */
export interface RequestHandler {
  /** In upper case; `*` for every method that has no handler of its own. */
  readonly method: string
  /** How a web server is asked; with POST it gets the request itself as the body. */
  readonly httpMethod: 'GET' | 'POST'
  /**
   * `tcp://host:port` or `tls://host:port`: an application that listens, connected to for each request. `http:` or
   * `https:`: a web server that says what to do.
   */
  readonly url: string
}

/** A handler that an operator has written down wrongly. */
export class RequestHandlerError extends Error {
  override readonly name = 'RequestHandlerError'
}

const schemes = ['tcp:', 'tls:', 'http:', 'https:']

/** Throws RequestHandlerError. */
export function checkRequestHandler({ url }: RequestHandler): void {
  const parsed = URL.parse(url)
  if (!parsed || !schemes.includes(parsed.protocol) || parsed.hostname === '')
    throw new RequestHandlerError(`${url} is not tcp://, tls://, http:// or https:// with a host`)
  if (isApplication(parsed) && parsed.port === '') throw new RequestHandlerError(`${url} lacks a port`)
}

/** Whether it names an application, not a web server. */
export const isApplication = (url: URL): boolean => url.protocol === 'tcp:' || url.protocol === 'tls:'

export function handlerOf(handlers: readonly RequestHandler[], method: string): RequestHandler | undefined {
  return (
    handlers.find((handler) => handler.method === method) ??
    handlers.find((handler) => handler.method === '*')
  )
}
