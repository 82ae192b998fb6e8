import type { AdminSection } from '../config/sections/admin.ts'

/** The running box could not be asked; the message says why. */
export class BoxUnavailable extends Error {
  override readonly name = 'BoxUnavailable'
}

/** What the box is told to do; without one it is only asked. */
export interface BoxOrder {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
}

const answerWithin = 5_000

/**
 * Asks the running box by its API, or tells it to do something. `path` begins with `/api/`. Throws `BoxUnavailable`,
 * with the box's own words when it refuses.
 */
export async function askBox(
  admin: AdminSection,
  path: string,
  withinMs: number = answerWithin,
  order?: BoxOrder,
): Promise<unknown> {
  if (!admin.enabled)
    throw new BoxUnavailable('the box cannot be asked: "admin.enabled" is false in its config')
  const place = adminUrl(admin)
  const response = await fetch(place + path, {
    ...requestOf(admin, order),
    signal: AbortSignal.timeout(withinMs),
  }).catch((cause: Error) => {
    throw new BoxUnavailable(`no box answers at ${place}: is it running with this config?`, { cause })
  })
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({}))) as { error?: string }
    throw new BoxUnavailable(error ?? `the box at ${place} answered ${response.status} to ${path}`)
  }
  return response.json()
}

/** Where a command on the same machine finds pages and API. */
export function adminUrl({ host, port }: Pick<AdminSection, 'host' | 'port'>): string {
  return `http://${reachable(host)}:${port}`
}

function requestOf({ token }: AdminSection, order: BoxOrder | undefined) {
  const headers = {
    // Not as Bearer: a password that a person has set may hold any letters.
    ...(token && { authorization: `Basic ${Buffer.from(`admin:${token}`).toString('base64')}` }),
    ...(order?.body !== undefined && { 'content-type': 'application/json' }),
  }
  if (!order) return { headers }
  const { method, body } = order
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
