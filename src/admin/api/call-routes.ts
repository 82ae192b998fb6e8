import { Hono } from 'hono'
import { z } from 'zod'
import { exportCalls } from '../../records/call-export.ts'
import type { CallArchive } from '../../records/call-store.ts'
import { readWrittenTime, writtenTimeExample } from '../../records/written-time.ts'

const time = z
  .string()
  .transform(readWrittenTime)
  .refine((read) => read !== undefined, `not ${writtenTimeExample}`)
const path = z.enum(['phone', 'overlay', 'domain', 'trunk', 'pbx'])
const exportQuery = z.strictObject({
  format: z.enum(['csv', 'jsonl']).default('csv'),
  from: time.optional(),
  to: time.optional(),
  source: path.optional(),
  path: path.optional(),
  target: z.string().optional(),
  payer: z.string().optional(),
  answered: z.stringbool().optional(),
})

const contentTypes = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl' } as const

/** `/api/calls/export` and `/api/calls/record/:id`: what is on disk. */
export function callRoutes(archive: CallArchive): Hono {
  const routes = new Hono()

  routes.get('/export', (context) => {
    const query = exportQuery.safeParse(context.req.query())
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400)
    const { format, ...filter } = query.data
    const lines = exportCalls(archive, filter, format)
    return context.body(streamOf(lines), 200, {
      'Content-Type': contentTypes[format],
      'Content-Disposition': `attachment; filename="calls.${format}"`,
    })
  })
  routes.get('/record/:id', async (context) => {
    const records = await archive.find(context.req.param('id'))
    return records.length > 0
      ? context.json({ records })
      : context.json({ error: 'no record of that call is kept' }, 404)
  })
  return routes
}

/** Reads on only as fast as the client takes it. */
function streamOf(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
}
