/** What is under way in a dialog that a new offer would run into. */
export interface OffersUnderWay {
  /** An INVITE of ours, or an UPDATE of ours with an offer, without a final response. */
  readonly isOffering: boolean
  /** An INVITE of the far end without our final response, and without an answer that it has acknowledged. */
  readonly hasUnansweredInvite: boolean
  /** An UPDATE of the far end without our final response. */
  readonly hasUnansweredUpdate: boolean
}

/**
 * Whether an INVITE or UPDATE inside a dialog comes at the wrong time (RFC 3261 §14.2, RFC 3311 §5.2): 491 when it
 * crosses an offer of ours, 500 with Retry-After when the far end has not waited for our answer to its own.
 */
export function glareStatus(
  method: 'INVITE' | 'UPDATE',
  hasOffer: boolean,
  underWay: OffersUnderWay,
): 491 | 500 | undefined {
  const { isOffering, hasUnansweredInvite, hasUnansweredUpdate } = underWay
  // An INVITE without a body asks for our offer. An UPDATE without one only refreshes.
  const isAboutOffers = method === 'INVITE' || hasOffer
  if (hasUnansweredUpdate || (isAboutOffers && hasUnansweredInvite)) return 500
  return isAboutOffers && isOffering ? 491 : undefined
}
