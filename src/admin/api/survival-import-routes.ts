import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { BoxView } from '../box-view.ts'
import type { ImportAnswer, ImportRequest } from '../extensions-view.ts'

const mostBytes = 32 << 20
const mostFiles = 500

const importOrder = z
  .strictObject({
    pbx: z.string().min(1),
    from: z.enum(['asterisk', 'files', 'csv']),
    text: z.string().optional(),
    files: z.record(z.string().min(1).max(500), z.string()).optional(),
    dryRun: z.boolean().default(false),
    force: z.boolean().default(false),
  })
  .refine(({ from, text, files }) => from !== 'csv' || (text !== undefined && files === undefined), {
    message: 'from "csv" comes with "text"',
  })
  .refine(({ from, files }) => from !== 'files' || files !== undefined, {
    message: 'from "files" comes with "files"',
  })
  .refine(({ files = {} }) => Object.keys(files).length <= mostFiles, {
    message: `more than ${mostFiles} files`,
  })

const statusOf: Readonly<Record<Exclude<ImportAnswer['kind'], 'done'>, 400 | 404 | 502>> = {
  refused: 400,
  unknown: 404,
  away: 502,
}

/** `/api/survival/import` and `/api/survival/readiness`: what is known of the PBXs beforehand. Answers hold no secrets. */
export function survivalImportRoutes({ survival }: BoxView): Hono {
  const api = new Hono()
  api.get('/readiness', (context) => context.json({ readiness: survival.extensions.readiness() }))
  api.post(
    '/import',
    bodyLimit({
      maxSize: mostBytes,
      onError: (context) => context.json({ error: `more than ${mostBytes >> 20} MB` }, 413),
    }),
    async (context) => {
      const order = importOrder.safeParse(readJson(await context.req.text()))
      if (!order.success) return context.json({ error: z.prettifyError(order.error) }, 400)
      const answer = await survival.extensions.import(requestOf(order.data))
      if (answer.kind === 'done') return context.json({ imported: answer.imported })
      const error = answer.kind === 'refused' ? answer.problems.join('\n') : answer.text
      return context.json({ error }, statusOf[answer.kind])
    },
  )
  return api
}

function requestOf({
  pbx,
  from,
  text = '',
  files = {},
  dryRun,
  force,
}: z.output<typeof importOrder>): ImportRequest {
  const common = { pbx, isDryRun: dryRun, isForced: force }
  if (from === 'csv') return { ...common, from: { kind: 'csv', text } }
  return { ...common, from: from === 'files' ? { kind: 'files', files } : { kind: 'asterisk' } }
}

/** Undefined for what is no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
