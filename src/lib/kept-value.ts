import type { Log } from './log.ts'

/**
 * What is kept under a key; undefined when nothing is, or nothing that `read` can make sense of: then the log says so, and the
 * box starts without it.
 */
export async function keptValue<Value>(
  settings: { get(key: string): Promise<Uint8Array | undefined> },
  key: string,
  read: (text: string) => Value,
  log: Log,
): Promise<Value | undefined> {
  const bytes = await settings.get(key)
  if (!bytes) return undefined
  try {
    return read(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    log.warn({ key, error: String(error) }, 'what was kept cannot be read')
    return undefined
  }
}
