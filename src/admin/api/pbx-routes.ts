import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { PbxOrderAnswer } from '../../survival/health/pbx-watch.ts'
import { type PbxControl, refusalOfOrder } from '../pbx-control.ts'

const to = z.enum(['survival', 'normal'])
/** Who says so, for the log. */
const by = z.string().min(1).max(100).default('the API')
const switchOrder = z.strictObject({ to, by })
const lockOrder = z.strictObject({ to, by, seconds: z.number().int().min(1).max(604_800).default(604_800) })
const unlockOrder = z.strictObject({ by }).prefault({})

const mostBytes = 2_000

/** `/api/survival/pbxs`: how each PBX is, what is wrong, and a person's word about it. */
export function pbxRoutes(pbxs: PbxControl): Hono {
  const routes = new Hono()
  routes.use(bodyLimit({ maxSize: mostBytes }))
  routes.get('/', (context) => context.json({ pbxs: pbxs.view(), faults: pbxs.faults() }))
  routes.post('/:name/switch', async (context) => {
    const order = switchOrder.safeParse(await bodyOf(context))
    if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
    const name = context.req.param('name')
    return answered(context, pbxs, name, pbxs.switchTo(name, order.data.to, order.data.by))
  })
  routes.put('/:name/lock', async (context) => {
    const order = lockOrder.safeParse(await bodyOf(context))
    if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
    const name = context.req.param('name')
    const { seconds, by } = order.data
    return answered(context, pbxs, name, pbxs.lock(name, order.data.to, seconds * 1_000, by))
  })
  routes.delete('/:name/lock', async (context) => {
    const order = unlockOrder.safeParse(await bodyOf(context))
    if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
    const name = context.req.param('name')
    return answered(context, pbxs, name, pbxs.unlock(name, order.data.by))
  })
  return routes
}

function answered(context: Context, pbxs: PbxControl, name: string, answer: PbxOrderAnswer): Response {
  if (answer === 'done') return context.json({ pbx: pbxs.view().find((pbx) => pbx.name === name) })
  const { status, text } = refusalOfOrder[answer]
  return context.json({ error: text }, status)
}

/** Undefined without a body; null for what is no JSON, which no order takes. */
async function bodyOf(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
