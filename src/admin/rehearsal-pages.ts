import { Hono } from 'hono'
import { z } from 'zod'
import type { RehearsalsView } from './rehearsals-view.ts'
import { newRehearsalPage, passSheetPage } from './ui/rehearsal-section.ts'

const by = 'the page'

const newRehearsal = z
  .object({
    pbx: z.string().min(1).max(200),
    group: z.string().max(200).default(''),
    minutes: z.coerce.number().int().min(1).max(60),
  })
  .transform(({ pbx, group, minutes }) => {
    const order = { pbx, forMs: minutes * 60_000, ring: false, by }
    return group === '' ? order : { ...order, group }
  })

/** `/survival/rehearsals/…`: the form for a rehearsal, its end, and pass sheets. `pbxs`: names. */
export function rehearsalPages(rehearsals: RehearsalsView, pbxs: () => readonly string[]): Hono {
  const pages = new Hono()
  pages.get('/new', (context) => context.html(newRehearsalPage(pbxs())))
  pages.post('/', async (context) => {
    const order = newRehearsal.safeParse(await context.req.parseBody())
    if (!order.success) return context.text(z.prettifyError(order.error), 400)
    const answer = await rehearsals.begin(order.data)
    return answer.kind === 'begun'
      ? context.redirect('/survival', 303)
      : context.text(`no rehearsal now: ${answer.why}`, 409)
  })
  pages.post('/stop', (context) => {
    // A button pressed twice finds nothing left to do, and the page shows it.
    rehearsals.stopNow(by)
    return context.redirect('/survival', 303)
  })
  pages.get('/:id', (context) => {
    const pass = rehearsals.find(context.req.param('id'))
    return pass
      ? context.html(passSheetPage(pass))
      : context.text('no pass sheet of that number is kept', 404)
  })
  return pages
}
