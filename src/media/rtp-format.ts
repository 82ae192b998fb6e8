import type { MediaDescription } from './session-description.ts'

export interface RtpFormat {
  readonly payloadType: string
  /** In capitals: `PCMA`, `TELEPHONE-EVENT`. */
  readonly name: string
  readonly clockRate: number
}

// RFC 3551 §6: audio that needs no rtpmap. G.722 counts 8000 by an old mistake.
const wellKnown: Readonly<Record<string, readonly [name: string, clockRate: number]>> = {
  0: ['PCMU', 8_000],
  3: ['GSM', 8_000],
  4: ['G723', 8_000],
  5: ['DVI4', 8_000],
  6: ['DVI4', 16_000],
  7: ['LPC', 8_000],
  8: ['PCMA', 8_000],
  9: ['G722', 8_000],
  10: ['L16', 44_100],
  11: ['L16', 44_100],
  12: ['QCELP', 8_000],
  13: ['CN', 8_000],
  14: ['MPA', 90_000],
  15: ['G728', 8_000],
  16: ['DVI4', 11_025],
  17: ['DVI4', 22_050],
  18: ['G729', 8_000],
}

const rtpMap = /^a=rtpmap:(\d+) ([^/\s]+)\/(\d+)/i

/** The formats of an RTP stream in the order of its `m=` line; one of which nothing is known has no name. */
export function rtpFormats({ formats, lines }: MediaDescription): RtpFormat[] {
  const mapped = new Map<string, readonly [name: string, clockRate: number]>()
  for (const line of lines) {
    const [, payloadType, name, clockRate] = rtpMap.exec(line) ?? []
    if (payloadType && name) mapped.set(payloadType, [name.toUpperCase(), Number(clockRate)])
  }
  return formats.map((payloadType) => {
    const [name, clockRate] = mapped.get(payloadType) ?? wellKnown[payloadType] ?? ['', 0]
    return { payloadType, name, clockRate }
  })
}
