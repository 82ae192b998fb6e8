import { readHeaderBlock } from '../message/header-block.ts'
import type { SipMessage } from '../message/message.ts'
import { defaultMessageLimits } from '../message/message-limits.ts'
import { readStartLine } from '../message/start-line.ts'

const endOfHead = '\r\n\r\n'

/**
 * Reads SIP as an application drafts it: no header is mandatory, and the frame says where the body ends, for
 * drachtio-srf counts characters in its Content-Length, not bytes. Throws SipParseError.
 */
export function readDraft(text: Buffer): SipMessage {
  const end = text.indexOf(endOfHead)
  const bodyStart = end < 0 ? text.length : end + endOfHead.length
  const head = text.toString('utf8', 0, bodyStart)
  const firstLine = head.indexOf('\r\n')
  const { message, error } = readStartLine(firstLine < 0 ? head : head.slice(0, firstLine))
  const block = readHeaderBlock(head, firstLine < 0 ? head.length : firstLine + 2, defaultMessageLimits)
  if (error ?? block.error) throw error ?? block.error
  message.adoptReceived(block.lines, text.subarray(bodyStart), undefined)
  return message
}
