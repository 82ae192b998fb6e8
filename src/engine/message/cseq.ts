import { Scanner } from './scanner.ts'
import { SipParseError } from './sip-parse-error.ts'

/** RFC 3261 §20.16. */
export interface CSeq {
  /** Less than 2³¹ (§8.1.1.5). */
  readonly number: number
  readonly method: string
}

export function parseCSeq(text: string): CSeq {
  const scanner = new Scanner(text)
  const number = scanner.number(2 ** 31 - 1)
  const blank = scanner.position
  scanner.skipBlanks()
  if (number === undefined || scanner.position === blank) throw new SipParseError('Bad CSeq Header')
  const method = scanner.token()
  if (method === '' || !scanner.atEnd) throw new SipParseError('Bad CSeq Header')
  return { number, method }
}

export const printCSeq = (cseq: CSeq): string => `${cseq.number} ${cseq.method}`
