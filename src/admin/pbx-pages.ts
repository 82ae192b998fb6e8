import { type Context, Hono } from 'hono'
import { formField } from './form-field.ts'
import { type PbxControl, refusalOfOrder } from './pbx-control.ts'

/** Who it was, in the log. */
const by = 'the page'
/** A lock by a button is for a working day; longer ones take the command. */
const lockMs = 12 * 3_600_000

/** `/survival/pbxs/…`: the buttons of a PBX. */
export function pbxPages(pbxs: PbxControl): Hono {
  const pages = new Hono()
  for (const to of ['survival', 'normal'] as const) {
    pages.post(`/switch/${to}`, async (context) =>
      answered(context, pbxs.switchTo(await formField(context, 'pbx'), to, by)),
    )
    pages.post(`/lock/${to}`, async (context) =>
      answered(context, pbxs.lock(await formField(context, 'pbx'), to, lockMs, by)),
    )
  }
  pages.post('/unlock', async (context) =>
    answered(context, pbxs.unlock(await formField(context, 'pbx'), by)),
  )
  return pages
}

function answered(context: Context, answer: ReturnType<PbxControl['unlock']>): Response {
  if (answer === 'done') return context.redirect('/survival', 303)
  const { status, text } = refusalOfOrder[answer]
  return context.text(text, status)
}
