/** `"Anna" <sip:201@site-a.example>` (RFC 3261 §20.10). */
export function nameAddr(uri: string, displayName?: string): string {
  if (!displayName) return `<${uri}>`
  return `"${displayName.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}" <${uri}>`
}

const named = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>/

/** URI and display name of a From, To, Contact or Refer-To header. */
export function readNameAddr(header: string): {
  readonly uri: string
  readonly displayName: string | undefined
} {
  const match = named.exec(header)
  if (!match) return { uri: header.split(';')[0]?.trim() ?? '', displayName: undefined }
  const displayName = match[1]?.replace(/\\(.)/g, '$1') ?? match[2]?.trim()
  return { uri: match[3] ?? '', displayName: displayName === '' ? undefined : displayName }
}
