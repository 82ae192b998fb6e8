import { type Context, Hono } from 'hono'
import { statusOfFailure } from './asterisk-orders.ts'
import type { BoxView } from './box-view.ts'
import { outsidePage } from './ui/outside-page.ts'

/** `/outside`: the page of the telephone network, and its buttons. */
export function outsideRoutes(box: BoxView): Hono {
  const pages = new Hono()
  pages.get('/', (context) => context.html(outsidePage(box)))
  pages.post('/release', async (context) => {
    box.outside.releaseBlock(await field(context, 'payer'))
    return context.redirect('/outside', 303)
  })
  pages.post('/acknowledge', async (context) => {
    box.outside.acknowledgeEmergency(await field(context, 'id'))
    return context.redirect('/outside', 303)
  })
  pages.post('/hang-up/:asterisk', async (context) => {
    const channel = await field(context, 'channel')
    const answer = await box.outside.asteriskOrders.hangUp(context.req.param('asterisk'), channel)
    if (answer.kind === 'done') return context.redirect('/outside', 303)
    return context.text(`${channel} was not hung up: ${answer.text}`, statusOfFailure[answer.kind])
  })
  return pages
}

/** A button pressed twice finds nothing left to do, and the page shows it. */
async function field(context: Context, name: string): Promise<string> {
  const value = (await context.req.parseBody())[name]
  return typeof value === 'string' ? value : ''
}
