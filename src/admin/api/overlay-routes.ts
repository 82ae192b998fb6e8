import { Hono } from 'hono'
import { z } from 'zod'
import { serviceKinds } from '../../domain/service-record.ts'
import { PeerUnknown } from '../../overlay/overlay-errors.ts'
import type { BoxView } from '../box-view.ts'

const aorQuery = z.strictObject({ aor: z.string().min(1) })
const pingQuery = z.strictObject({ peer: z.string().min(1) })
const servicesQuery = z.strictObject({ kind: z.enum(serviceKinds).optional() })

/** `/api/overlay/…`: how the overlays are, and questions that go to other boxes. */
export function overlayRoutes(box: BoxView): Hono {
  const api = new Hono()
  const ask = box.askOverlay

  api.get('/', (context) => context.json({ overlays: box.overlays() }))
  api.get('/lookup', async (context) => {
    const query = aorQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json({ found: await ask.lookUp(query.data.aor) })
  })
  api.get('/trace', async (context) => {
    const query = aorQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json({ traces: await ask.trace(query.data.aor) })
  })
  api.get('/ping', async (context) => {
    const query = pingQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    try {
      return context.json(await ask.ping(query.data.peer))
    } catch (error) {
      if (!(error instanceof PeerUnknown)) throw error
      return context.json({ error: error.message }, 404)
    }
  })
  api.get('/topology', async (context) => context.json({ overlays: await ask.topology() }))
  api.get('/services', async (context) => {
    const query = servicesQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return context.json({ services: await ask.services(query.data.kind) })
  })
  return api
}
