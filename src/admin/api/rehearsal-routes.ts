import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { RehearsalsView } from '../rehearsals-view.ts'
import { readJson } from './read-json.ts'

const name = z.string().min(1).max(200)

const rehearsalOrder = z
  .strictObject({
    pbx: name.optional(),
    group: name.optional(),
    users: z.array(name).min(1).max(500).optional(),
    seconds: z.number().int().min(3).max(3_600).default(300),
    returnWithinSeconds: z.number().int().min(3).max(3_600).optional(),
    ring: z.boolean().default(false),
    by: name.default('the API'),
  })
  .refine(({ group, users }) => group === undefined || users === undefined, {
    error: 'either a group or users',
    path: ['users'],
  })
  .transform(({ seconds, returnWithinSeconds, ...order }) => ({
    ...order,
    forMs: seconds * 1_000,
    ...(returnWithinSeconds !== undefined && { returnWithinMs: returnWithinSeconds * 1_000 }),
  }))

const stopQuery = z.strictObject({ by: name.default('the API') })
const mostBytes = 50_000

/** `/api/survival/rehearsals`: those that were, one of them, a new one, and the end of the one that is under way. */
export function rehearsalRoutes(rehearsals: RehearsalsView): Hono {
  const routes = new Hono()

  routes.get('/', (context) => context.json({ rehearsals: rehearsals.recent() }))
  routes.post('/', bodyLimit({ maxSize: mostBytes }), async (context) => {
    const order = rehearsalOrder.safeParse(readJson(await context.req.text()))
    if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
    const answer = await rehearsals.begin(order.data)
    return answer.kind === 'begun'
      ? context.json({ id: answer.id }, 201)
      : context.json({ error: `no rehearsal now: ${answer.why}` }, 409)
  })
  routes.delete('/current', (context) => {
    const query = stopQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    return rehearsals.stopNow(query.data.by)
      ? context.json({ stopped: true })
      : context.json({ error: 'no rehearsal is under way that could be stopped' }, 409)
  })
  routes.get('/:id', (context) => {
    const rehearsal = rehearsals.find(context.req.param('id'))
    return rehearsal
      ? context.json({ rehearsal })
      : context.json({ error: 'no pass sheet of that number is kept' }, 404)
  })
  return routes
}
