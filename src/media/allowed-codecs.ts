import type { LegPolicy } from '../domain/leg-policy.ts'
import { type RtpFormat, rtpFormats } from './rtp-format.ts'
import { isLive, type MediaDescription, type SessionDescription } from './session-description.ts'

type CodecRule = Pick<LegPolicy, 'codecs' | 'dtmf'>

export interface AllowedOffer {
  readonly sdp: SessionDescription
  /** Names of the codecs of a stream that was left as it is, because none of them is allowed. */
  readonly leftAlone: readonly string[]
}

const events = 'TELEPHONE-EVENT'

/**
 * An offer with no other audio codecs than the rule allows, best first, and without RTP events (RFC 4733) where it wants
 * digits otherwise. Payload numbers stay, so that an answer to it answers the original offer too (RFC 3264 §6.1). A stream
 * of which nothing would be left stays as it is.
 */
export function allowedOffer(sdp: SessionDescription, rule: CodecRule): AllowedOffer {
  if (rule.codecs.length === 0 && rule.dtmf === 'events') return { sdp, leftAlone: [] }
  const leftAlone: string[] = []
  const media = sdp.media.map((each) => {
    if (each.kind !== 'audio' || !each.transport.includes('RTP/') || !isLive(each)) return each
    const formats = rtpFormats(each)
    const kept = allowedFormats(formats, rule)
    if (kept.length > 0) return withFormats(each, kept)
    leftAlone.push(...formats.filter(isCodec).map(({ name, payloadType }) => name || payloadType))
    return each
  })
  return { sdp: { session: sdp.session, media }, leftAlone }
}

function allowedFormats(formats: readonly RtpFormat[], { codecs, dtmf }: CodecRule): readonly RtpFormat[] {
  const allowed =
    codecs.length === 0
      ? formats.filter(isCodec)
      : namesOf(codecs).flatMap((codec) => formats.filter(({ name }) => name === codec))
  if (allowed.length === 0) return []
  const rest = codecs.length === 0 ? formats : [...allowed, ...formats.filter(({ name }) => name === events)]
  if (dtmf === 'other') return rest.filter(({ name }) => name !== events)
  // RFC 4733 §7.1: events at the clock rate of the audio that they interrupt.
  const rates = new Set(allowed.map(({ clockRate }) => clockRate))
  const fitting = rest.filter(({ name, clockRate }) => name !== events || rates.has(clockRate))
  return fitting.some(({ name }) => name === events) ? fitting : rest
}

const namesOf = (codecs: readonly string[]) => [...new Set(codecs.map((codec) => codec.toUpperCase()))]
const isCodec = ({ name }: RtpFormat): boolean => name !== events

const ofFormat = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b/

function withFormats(media: MediaDescription, formats: readonly RtpFormat[]): MediaDescription {
  const kept = new Set(formats.map(({ payloadType }) => payloadType))
  const lines = media.lines.filter((line) => {
    const payloadType = ofFormat.exec(line)?.[1]
    return payloadType === undefined || kept.has(payloadType)
  })
  return { ...media, formats: formats.map(({ payloadType }) => payloadType), lines }
}
