import { Hono } from 'hono'
import type { BoxView } from '../box-view.ts'
import { asteriskRoutes } from './asterisk-routes.ts'

/** `/api/outside/…`: trunks, Asterisks, blocked callers, calls for help, notices. */
export function outsideApi(box: BoxView): Hono {
  const api = new Hono()
  const { outside } = box

  api.get('/', (context) =>
    context.json({
      trunks: outside.trunks(),
      asterisks: outside.asterisks(),
      blocks: outside.blocks(),
      emergencies: outside.emergencies(),
      notices: outside.noticeTargets(),
    }),
  )
  api.route('/asterisks', asteriskRoutes(outside.asteriskOrders))
  api.delete('/blocks/:payer', (context) => {
    const payer = context.req.param('payer')
    return outside.releaseBlock(payer)
      ? context.json({ released: payer })
      : context.json({ error: `${payer} is not blocked` }, 404)
  })
  api.post('/emergencies/:id/acknowledge', (context) => {
    const id = context.req.param('id')
    return outside.acknowledgeEmergency(id)
      ? context.json({ acknowledged: id })
      : context.json({ error: 'there is no call for help of that id' }, 404)
  })
  return api
}
