import { Hono } from 'hono'
import { z } from 'zod'
import type { BoxView } from '../box-view.ts'
import { callRoutes } from './call-routes.ts'
import { outsideApi } from './outside-routes.ts'
import { overlayRoutes } from './overlay-routes.ts'
import { survivalApi } from './survival-routes.ts'

const callQuery = z.strictObject({ most: z.coerce.number().int().min(1).max(1_000).default(100) })
const routeQuery = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  /** Milliseconds since the Unix epoch; now when absent. */
  at: z.coerce.number().int().min(0).max(8.64e15).optional(),
})

/** `/api/…`: everything as JSON; a wrong query is 400 with what was expected. */
export function apiRoutes(box: BoxView): Hono {
  const api = new Hono()

  api.get('/status', (context) =>
    context.json({
      ...box.status(),
      trunks: box.trunks(),
      pbxs: box.pbxs(),
      faults: box.survival.pbxs.faults(),
      bans: box.bans(),
    }),
  )
  api.get('/calls', (context) => {
    const query = callQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json({ now: box.callsNow(), recent: box.recentCalls(query.data.most) })
  })
  api.route('/calls', callRoutes(box.archive))
  api.get('/calls/:callId/decision', async (context) => {
    const decision = await box.decision(context.req.param('callId'))
    return decision
      ? context.json(decision)
      : context.json({ error: 'no decision record of that call is kept' }, 404)
  })
  api.get('/calls/:id/ladder', async (context) => {
    const messages = await box.ladder(context.req.param('id'))
    return messages.length > 0
      ? context.json({ messages })
      : context.json({ error: 'no messages of that call are in memory' }, 404)
  })
  api.get('/engine/penalties', async (context) => context.json({ penalties: await box.penalties() }))
  api.get('/registrations', (context) => context.json({ bindings: box.bindings() }))
  api.route('/overlay', overlayRoutes(box))
  api.route('/outside', outsideApi(box))
  api.route('/survival', survivalApi(box))
  api.get('/route', async (context) => {
    const query = routeQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json(await box.explainRoute(query.data.from, query.data.to, query.data.at))
  })
  api.delete('/bans/:address', (context) =>
    box.releaseBan(context.req.param('address'))
      ? context.json({ released: context.req.param('address') })
      : context.json({ error: 'that address is not banned' }, 404),
  )
  return api
}
