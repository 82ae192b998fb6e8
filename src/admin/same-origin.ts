import type { MiddlewareHandler } from 'hono'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Refuses what a foreign web page could make a browser send: writes from another origin, and, where no token guards
 * the API, any name but loopback's own (DNS rebinding).
 */
export function sameOrigin(options: { readonly loopbackOnly: boolean }): MiddlewareHandler {
  return async (context, next) => {
    const host = new URL(context.req.url).hostname
    if (options.loopbackOnly && !loopbackNames.has(host))
      return context.json({ error: `without admin.token only loopback names are served, not ${host}` }, 403)
    const origin = context.req.header('origin')
    if (
      origin !== undefined &&
      context.req.method !== 'GET' &&
      new URL(origin).host !== new URL(context.req.url).host
    )
      return context.json({ error: `requests from ${origin} are refused` }, 403)
    return next()
  }
}
