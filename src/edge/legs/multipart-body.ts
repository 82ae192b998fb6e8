import { randomUUID } from 'node:crypto'
import type { SipHeaders } from '../../domain/sip.ts'

/** A part of a multipart body (RFC 2046 §5.1) besides the session description. */
export interface BodyPart {
  /** Media type: `application/pidf+xml`. */
  readonly type: string
  /** Content-ID without its brackets (RFC 2392). */
  readonly id: string
  readonly body: string
}

const newLine = '\r\n'
/** More parts than this are not looked at. */
const mostParts = 10

/** A session description with other parts, and the headers that say so; as it is when there are none, or no offer. */
export function withAttached(
  sdp: string,
  parts: readonly BodyPart[] = [],
): { readonly body: string; readonly headers: SipHeaders } {
  if (sdp === '' || parts.length === 0) return { body: sdp, headers: {} }
  const boundary = randomUUID()
  const printed = [
    `Content-Type: application/sdp${newLine}${newLine}${sdp}`,
    // RFC 3261 §20.11: who does not need the other parts need not understand them.
    ...parts.map(
      ({ type, id, body }) =>
        `Content-Type: ${type}${newLine}Content-ID: <${id}>${newLine}` +
        `Content-Disposition: by-reference;handling=optional${newLine}${newLine}${body}`,
    ),
  ]
  const delimited = printed.map((part) => `--${boundary}${newLine}${part}${newLine}`).join('')
  return {
    body: `${delimited}--${boundary}--${newLine}`,
    headers: { 'Content-Type': `multipart/mixed;boundary="${boundary}"` },
  }
}

/** The bodies in a multipart body by their media type in lower case, the first of each; empty when it is none. */
export function readMultipart(contentType: string, body: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  const boundary = /^\s*multipart\/[^;]+;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const delimiter = boundary?.[1] ?? boundary?.[2]
  if (delimiter === undefined) return parts
  // The line break before a delimiter belongs to it (RFC 2046 §5.1.1).
  const [, ...sections] = `${newLine}${body}`.split(`${newLine}--${delimiter}`, mostParts + 1)
  for (const section of sections) {
    if (section.startsWith('--')) break
    const part = readPart(section)
    if (part && !parts.has(part.type)) parts.set(part.type, part.text)
  }
  return parts
}

/** What follows a delimiter: blanks, a line break, headers, an empty line, and the part itself. */
function readPart(section: string): { readonly type: string; readonly text: string } | undefined {
  const blank = /^[ \t]*\r\n/.exec(section)?.[0]
  const empty = section.indexOf(newLine + newLine)
  if (blank === undefined || empty < 0) return undefined
  const headers = section.slice(blank.length, empty)
  const type = /^content-type[ \t]*:[ \t]*([^;\s]+)/im.exec(headers)?.[1]?.toLowerCase() ?? 'text/plain'
  return { type, text: section.slice(empty + 2 * newLine.length) }
}
