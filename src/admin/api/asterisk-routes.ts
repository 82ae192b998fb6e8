import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { type AsteriskOrders, statusOfFailure } from '../asterisk-orders.ts'
import { readJson } from './read-json.ts'

const callOrder = z
  .strictObject({
    channel: z.string().regex(/^[a-z]\w*\/[\w.+*#@:;=/-]{1,200}$/i),
    context: z.string().regex(/^[\w-]{1,79}$/),
    extension: z.string().regex(/^[\w.+*#-]{1,79}$/),
    callerId: z
      .string()
      .regex(/^\+?\d{1,15}$/)
      .optional(),
    ringSeconds: z.number().int().min(1).max(120).default(30),
  })
  .transform(({ ringSeconds, callerId, ...order }) => ({
    ...order,
    ...(callerId !== undefined && { callerId }),
    ringMs: ringSeconds * 1_000,
  }))

const mostBytes = 10_000

/** `/api/outside/asterisks/:name`: channels there, hanging one up, and calls that it is to place. */
export function asteriskRoutes(asterisks: AsteriskOrders): Hono {
  const routes = new Hono()

  routes.get('/:name', (context) => {
    const answer = asterisks.channels(context.req.param('name'))
    return answer.kind === 'done'
      ? context.json({ channels: answer.value })
      : context.json({ error: answer.text }, statusOfFailure[answer.kind])
  })
  routes.delete('/:name/channels/:channel', async (context) => {
    const { name, channel } = context.req.param()
    const answer = await asterisks.hangUp(name, channel)
    return answer.kind === 'done'
      ? context.json({ hungUp: channel })
      : context.json({ error: answer.text }, statusOfFailure[answer.kind])
  })
  routes.post('/:name/originate', bodyLimit({ maxSize: mostBytes }), async (context) => {
    const order = callOrder.safeParse(readJson(await context.req.text()))
    if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
    const answer = await asterisks.originate(context.req.param('name'), order.data)
    return answer.kind === 'done'
      ? context.json(answer.value)
      : context.json({ error: answer.text }, statusOfFailure[answer.kind])
  })
  return routes
}
