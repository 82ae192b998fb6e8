import { causeInReason, nameOfCause } from '../../domain/q850.ts'

/** Why a call was ended, in words for its record, from the Reason header of the BYE or CANCEL (RFC 3326). */
export function causeOfEnd(reason: string | undefined): string {
  if (reason === undefined) return 'hung up'
  const text = /;\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(reason)?.[1]?.replace(/\\(.)/g, '$1')
  if (text) return text
  const cause = causeInReason(reason)
  return cause === undefined ? reason : nameOfCause(cause)
}
