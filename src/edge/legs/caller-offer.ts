import type { SipMessageView } from '../../domain/sip.ts'
import { readMultipart } from './multipart-body.ts'

/** The session description of an INVITE, and what else its body told. */
export interface CallerOffer {
  /** Empty when the caller made no offer. */
  readonly sdp: string
  /** A PIDF-LO document: where the caller is (RFC 6442). */
  readonly locationDocument: string | undefined
}

/** A body that tells a location beside its session description is taken apart; any other is left as it is. */
export function callerOffer(invite: SipMessageView): CallerOffer {
  const parts = readMultipart(invite.header('Content-Type') ?? '', invite.body)
  const sdp = parts.get('application/sdp')
  const locationDocument = parts.get('application/pidf+xml')
  if (sdp === undefined || locationDocument === undefined) {
    return { sdp: invite.body, locationDocument: undefined }
  }
  return { sdp, locationDocument }
}
