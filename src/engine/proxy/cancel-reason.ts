import type { SipRequest } from '../message/message.ts'

/** Headers of a CANCEL that say why (RFC 3326 §2). */
export type CancelReason = readonly (readonly [name: string, value: string])[]

export const answeredElsewhere: CancelReason = [['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]

export const reasonOfStatus = (status: number): CancelReason => [['Reason', `SIP;cause=${status}`]]

/** What the caller said, for the CANCELs that follow his. */
export const reasonOf = (cancel: SipRequest): CancelReason =>
  cancel.getAll('reason').map((value) => ['Reason', value])
