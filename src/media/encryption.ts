import type { LegPolicy } from '../domain/leg-policy.ts'
import { isLive, type MediaDescription, readSdp, type SessionDescription } from './session-description.ts'

// RFC 4568, RFC 5763. NULL ciphers are names for no encryption (RFC 4568 §6.3.4 has only authentication in mind).
const key = /^a=(?:crypto:\d+ (?!NULL)|fingerprint:)/i

/** What keeps a session description from a leg with this rule, in words; undefined when it fits. */
export function unfitFor(rule: LegPolicy['srtp'], sdp: string): string | undefined {
  if (rule === 'as-offered') return undefined
  const description = readSdp(sdp)
  if (!description) return rule === 'required' ? 'the session description cannot be read' : undefined
  const hasKey = description.session.some((line) => key.test(line))
  const unfit = description.media.filter(isLive).find((media) => {
    const encrypted = isEncrypted(media)
    if (rule === 'never') return encrypted
    return !encrypted || !(hasKey || media.lines.some((line) => key.test(line)))
  })
  if (!unfit) return undefined
  const stream = `${unfit.kind} by ${unfit.transport}`
  return rule === 'required' ? `${stream} is not encrypted` : `${stream} is encrypted`
}

/** A stream that nothing can encrypt, such as fax over UDP, in words. */
export function beyondEncryption(sdp: string): string | undefined {
  const stream = readSdp(sdp)?.media.find((media) => isLive(media) && !media.transport.includes('RTP/'))
  return stream && `${stream.kind} by ${stream.transport} is not encrypted`
}

/** Whether the audio and video of a session description are encrypted; false when there is none. */
export function isEncryptedSdp(sdp: string): boolean {
  return readSdp(sdp)?.media.some((media) => isLive(media) && isEncrypted(media)) ?? false
}

/** Takes back the offer to encrypt what may go in the clear (RFC 8643). */
export function withoutKeys(sdp: SessionDescription): SessionDescription {
  const media = sdp.media.map((each) =>
    isEncrypted(each) ? each : { ...each, lines: each.lines.filter((line) => !line.startsWith('a=crypto:')) },
  )
  return { session: sdp.session, media }
}

const isEncrypted = ({ transport }: MediaDescription): boolean => transport.includes('SAVP')
