import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { type AdminToken, requireToken } from './access.ts'
import { apiRoutes } from './api/routes.ts'
import type { BoxView } from './box-view.ts'
import { metricsContentType, printMetrics } from './metrics.ts'
import { outsideRoutes } from './outside-routes.ts'
import { sameOrigin } from './same-origin.ts'
import { survivalRoutes } from './survival-routes.ts'
import { ladderPage } from './ui/ladder-page.ts'
import { overlayPage } from './ui/overlay-page.ts'
import { livePart, page } from './ui/page.ts'

export interface AdminAppOptions {
  readonly token: AdminToken | undefined
  /** Milliseconds between two updates of the live page. */
  readonly refreshMs: number
}

/** Pages and API as a value: tests call `app.request('/api/status')` without a socket. */
export function createAdminApp(box: BoxView, options: AdminAppOptions): Hono {
  const app = new Hono()

  app.use(sameOrigin({ loopbackOnly: options.token === undefined }))
  app.get('/livez', async (context) => {
    const why = await box.notAliveBecause()
    return context.json({ alive: why === undefined, why }, why === undefined ? 200 : 503)
  })
  app.get('/healthz', (context) => {
    const failed = box.status().parts.filter(({ state }) => state === 'failed')
    return context.json({ healthy: failed.length === 0, failed }, failed.length === 0 ? 200 : 503)
  })
  app.get('/readyz', (context) => {
    const why = box.notReadyBecause()
    return context.json({ ready: why === undefined, why }, why === undefined ? 200 : 503)
  })

  if (options.token !== undefined) app.use(requireToken(options.token))
  app.route('/api', apiRoutes(box))
  app.get('/metrics', async (context) =>
    context.text(await printMetrics(await box.figures()), 200, { 'Content-Type': metricsContentType }),
  )
  app.get('/', async (context) => context.html(await page(box)))
  app.post('/release-ban', async (context) => {
    const { address } = await context.req.parseBody()
    // A button pressed twice finds nothing left to do, and the page shows it.
    if (typeof address === 'string') box.releaseBan(address)
    return context.redirect('/', 303)
  })
  app.get('/calls/:id', async (context) => {
    const messages = await box.ladder(context.req.param('id'))
    return context.html(ladderPage(context.req.param('id'), messages), messages.length > 0 ? 200 : 404)
  })
  app.get('/overlay', async (context) => context.html(await overlayPage(box, context.req.query('aor'))))
  app.route('/outside', outsideRoutes(box))
  app.route('/survival', survivalRoutes(box))
  app.get('/live', (context) =>
    streamSSE(context, async (stream) => {
      while (!stream.aborted) {
        await stream.writeSSE({ event: 'box', data: String(await livePart(box)).replaceAll('\n', ' ') })
        await stream.sleep(options.refreshMs)
      }
    }),
  )
  app.notFound((context) => context.json({ error: `there is nothing at ${context.req.path}` }, 404))
  return app
}
