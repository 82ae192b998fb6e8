import { newCallId, newTag } from '../message/identifiers.ts'
import { type HeaderLine, SipRequest } from '../message/message.ts'
import { parseNameAddr } from '../message/name-addr.ts'
import { parseUri, printUri } from '../message/uri.ts'
import type { ListeningPoint } from '../transport/flow.ts'
import { type AppHeaders, isSdp, ownContact, ownUri, readAppHeaders, sdpContentType } from './app-headers.ts'

/** An application's request cannot be sent as it is; the message is the reason it is told. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

/**
 * Completes a request outside any dialog (RFC 3261 §8.1.1): From, To, Call-ID, CSeq, Max-Forwards and Contact come
 * from the application where it gave them. Throws RequestRefused or SipParseError.
 */
export function completeNewRequest(draft: SipRequest, point: ListeningPoint): SipRequest {
  const headers = readAppHeaders(draft, point)
  const lines: HeaderLine[] = [
    { name: 'Max-Forwards', key: 'max-forwards', value: headers.maxForwards ?? '70' },
    { name: 'From', key: 'from', value: withTag(headers.from ?? `<${ownUri(point)}>`) },
    { name: 'To', key: 'to', value: headers.to ?? `<${partyUri(draft.uri)}>` },
    { name: 'Call-ID', key: 'call-id', value: headers.callId ?? newCallId() },
    { name: 'CSeq', key: 'cseq', value: `${headers.sequence ?? firstSequence()} ${draft.method}` },
    ...contactsOf(draft, headers, point),
    ...headers.others,
  ]
  if (needsContentType(draft, headers)) lines.push(sdpContentType)
  const request = new SipRequest(draft.method, draft.uri, undefined, draft.body)
  request.adoptLines(lines)
  return request
}

/** Whether `application/sdp` has to be filled in. Throws RequestRefused for a body of which nothing is known. */
export function needsContentType(draft: SipRequest, headers: AppHeaders): boolean {
  if (draft.body.length === 0 || headers.hasContentType) return false
  if (isSdp(draft.body)) return true
  throw new RequestRefused('missing content-type')
}

/** RFC 3261 §8.1.1.8, RFC 6665 §4.1.2 and RFC 3515 §2.2: these say where the far end's requests shall go. */
function contactsOf(draft: SipRequest, headers: AppHeaders, point: ListeningPoint): HeaderLine[] {
  if (headers.contacts.length > 0) return headers.contacts
  switch (draft.method) {
    case 'INVITE':
    case 'SUBSCRIBE':
    case 'NOTIFY':
    case 'REFER':
      return [ownContact(point, draft.uri)]
    default:
      return []
  }
}

function withTag(from: string): string {
  return parseNameAddr(from).tag === undefined ? `${from};tag=${newTag()}` : from
}

/** RFC 3261 §19.1.1: what tells how to reach somebody has no place in a name. */
function partyUri(requestUri: string): string {
  if (!/^sips?:/i.test(requestUri) || !/[;?]/.test(requestUri)) return requestUri
  const uri = parseUri(requestUri)
  const params = uri.params.clone()
  for (const name of ['transport', 'maddr', 'ttl', 'lr', 'method']) params.delete(name)
  return printUri({ ...uri, params, headers: undefined })
}

/** RFC 3261 §8.1.1.5: below 2³¹, with room to count. */
const firstSequence = (): number => 1 + Math.floor(Math.random() * 2 ** 30)
