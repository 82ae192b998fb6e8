import type { Context } from 'hono'

/** A field of a posted form; empty when it is missing. */
export async function formField(context: Context, name: string): Promise<string> {
  const value = (await context.req.parseBody())[name]
  return typeof value === 'string' ? value : ''
}
