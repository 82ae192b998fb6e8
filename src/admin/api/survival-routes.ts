import { Hono } from 'hono'
import { z } from 'zod'
import type { BoxView } from '../box-view.ts'
import { pbxRoutes } from './pbx-routes.ts'
import { rehearsalRoutes } from './rehearsal-routes.ts'
import { survivalImportRoutes } from './survival-import-routes.ts'

const outageQuery = z.strictObject({ most: z.coerce.number().int().min(1).max(500).default(20) })

/** `/api/survival/…`: what the box does, did and would do when a PBX is gone. */
export function survivalApi(box: BoxView): Hono {
  const { survival } = box
  const api = new Hono()

  api.get('/outages', async (context) => {
    const query = outageQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json({ outages: await survival.outages.list(query.data.most) })
  })
  api.get('/outages/:id', async (context) => {
    const outage = await survival.outages.find(context.req.param('id'))
    return outage
      ? context.json({ outage })
      : context.json({ error: 'no report of such an outage is kept' }, 404)
  })
  api.route('/rehearsals', rehearsalRoutes(survival.rehearsals))
  api.route('/', survivalImportRoutes(box))
  api.route('/pbxs', pbxRoutes(survival.pbxs))
  return api
}
