import type { AdminSection } from '../config/sections/admin.ts'

/** The running box could not be asked; the message says why. */
export class BoxUnavailable extends Error {
  override readonly name = 'BoxUnavailable'
}

const answerWithin = 5_000

/** Asks the running box by its API. `path` begins with `/api/`. Throws `BoxUnavailable`. */
export async function askBox(
  admin: AdminSection,
  path: string,
  withinMs: number = answerWithin,
): Promise<unknown> {
  if (!admin.enabled)
    throw new BoxUnavailable('the box cannot be asked: "admin.enabled" is false in its config')
  const place = `http://${reachable(admin.host)}:${admin.port}`
  const headers: Record<string, string> = admin.token ? { authorization: `Bearer ${admin.token}` } : {}
  const response = await fetch(place + path, { headers, signal: AbortSignal.timeout(withinMs) }).catch(
    (cause: Error) => {
      throw new BoxUnavailable(`no box answers at ${place}: is it running with this config?`, { cause })
    },
  )
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({}))) as { error?: string }
    throw new BoxUnavailable(error ?? `the box at ${place} answered ${response.status} to ${path}`)
  }
  return response.json()
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
