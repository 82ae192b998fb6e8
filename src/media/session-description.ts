/** One `m=` line and the lines that belong to it. */
export interface MediaDescription {
  /** `audio`, `video`, `image`, … */
  readonly kind: string
  /** `49170`, or `49170/2`; `0` for a stream that was rejected. */
  readonly port: string
  /** `RTP/AVP`, `UDP/TLS/RTP/SAVPF`, `udptl`, … */
  readonly transport: string
  readonly formats: readonly string[]
  readonly lines: readonly string[]
}

/** A session description (RFC 8866), apart only as far as this box looks into it. */
export interface SessionDescription {
  /** The lines before the first `m=` line. */
  readonly session: readonly string[]
  readonly media: readonly MediaDescription[]
}

const mediaLine = /^m=(\S+) (\d+(?:\/\d+)?) (\S+) (\S.*)$/

/** Undefined for what is no session description, such as a multipart body. */
export function readSdp(text: string): SessionDescription | undefined {
  const lines = text.trimEnd().split(/\r?\n/)
  if (lines[0] !== 'v=0') return undefined
  const session: string[] = []
  const media: (MediaDescription & { readonly lines: string[] })[] = []
  for (const line of lines) {
    if (!line.startsWith('m=')) {
      ;(media.at(-1)?.lines ?? session).push(line)
      continue
    }
    const [, kind, port, transport, formats] = mediaLine.exec(line) ?? []
    if (!kind || !port || !transport || !formats) return undefined
    media.push({ kind, port, transport, formats: formats.trim().split(/ +/), lines: [] })
  }
  return { session, media }
}

export function printSdp({ session, media }: SessionDescription): string {
  const lines = [
    ...session,
    ...media.flatMap((each) => [
      `m=${each.kind} ${each.port} ${each.transport} ${each.formats.join(' ')}`,
      ...each.lines,
    ]),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** Neither rejected nor closed (RFC 3264 §6, §8.2). */
export function isLive({ port }: MediaDescription): boolean {
  return Number.parseInt(port, 10) !== 0
}
