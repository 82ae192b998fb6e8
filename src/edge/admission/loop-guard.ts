import type { SipHeaders, SipMessageView } from '../../domain/sip.ts'

/** Each box a call passes leaves its mark: `<box>.<digest of the Request-URI>`. */
const pathHeader = 'Causeway-Path'
const defaultMaxForwards = 70 // RFC 3261 §8.1.1.6
const maxMarks = 20

export type LoopVerdict =
  /** The headers that a call must carry on. */
  | { readonly kind: 'goes-on'; readonly headers: SipHeaders }
  | { readonly kind: 'stops'; readonly status: 482 | 483; readonly why: string }

/**
 * A B2BUA hides Via, so loops are found by Max-Forwards (RFC 7332) and by a mark of our own: the same call for the same
 * Request-URI twice at one box. A call may well come back for another one: phone, box, PBX, box, phone.
 */
export function guardAgainstLoop(
  request: SipMessageView & { readonly uri: string },
  boxId: string,
): LoopVerdict {
  const maxForwards = Number.parseInt(request.header('max-forwards') ?? String(defaultMaxForwards), 10)
  if (!(maxForwards > 0)) return { kind: 'stops', status: 483, why: 'Max-Forwards is used up' }
  const marks = request.headers(pathHeader).flatMap((line) => line.split(',').map((mark) => mark.trim()))
  const mark = `${boxId}.${fingerprint(request.uri)}`
  if (marks.includes(mark)) return { kind: 'stops', status: 482, why: 'the call came back unchanged' }
  if (marks.length >= maxMarks) return { kind: 'stops', status: 483, why: `it passed ${marks.length} boxes` }
  return {
    kind: 'goes-on',
    headers: { 'Max-Forwards': String(maxForwards - 1), [pathHeader]: [...marks, mark].join(', ') },
  }
}

/** FNV-1a: short and quick; two URIs of one call that happen to share it cost that call, and no other. */
function fingerprint(uri: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < uri.length; at += 1) hash = Math.imul(hash ^ uri.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
