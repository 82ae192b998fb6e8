import type { SipRequest } from '../message/message.ts'
import { SipParseError } from '../message/sip-parse-error.ts'
import { parseUri, type SipUri } from '../message/uri.ts'
import type { Flow } from '../transport/flow.ts'
import { isApplication, type RequestHandler } from './request-handler.ts'
import {
  type RouteDecision,
  RouteDecisionError,
  readApplicationAddress,
  readRouteDecision,
} from './route-decision.ts'

const answerWithinMs = 3_000
const longestAnswer = 64 * 1024

/**
 * What the handler wants done with a request. Rejects with a RouteDecisionError when it does not answer within 3 s, or
 * not with 200 and a decision; with the signal's reason when that aborts.
 */
export async function askHandler(
  handler: RequestHandler,
  request: SipRequest,
  flow: Flow,
  signal: AbortSignal,
): Promise<RouteDecision> {
  const url = new URL(handler.url)
  if (isApplication(url)) {
    const transport = url.protocol === 'tls:' ? ';transport=tls' : ''
    return { action: 'connect', address: readApplicationAddress(`${url.host}${transport}`) }
  }
  for (const [name, value] of facts(request, flow)) url.searchParams.append(name, value)
  const isPost = handler.httpMethod === 'POST'
  try {
    const response = await fetch(url, {
      method: handler.httpMethod,
      headers: {
        accept: 'application/json',
        ...(isPost ? { 'content-type': 'text/plain; charset=UTF-8' } : {}),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
      ...(isPost ? { body: request.toText() } : {}),
    })
    const text = await readBounded(response)
    if (response.status !== 200) throw new RouteDecisionError(`it answered ${response.status}`)
    return readRouteDecision(text)
  } catch (cause) {
    if (cause instanceof RouteDecisionError || signal.aborted) throw cause
    throw new RouteDecisionError(`it did not answer: ${(cause as Error).message}`, { cause })
  }
}

/** What drachtio-server puts into the query, and after it the parameters of the Request-URI. */
function* facts(request: SipRequest, flow: Flow): Iterable<readonly [string, string]> {
  const target = sipUri(request.uri)
  yield ['method', request.method]
  yield ['domain', target?.host ?? '']
  yield ['protocol', flow.transport]
  yield ['source_address', flow.remoteAddress]
  yield ['fromUser', sipUri(request.from.uri)?.user ?? '']
  yield ['toUser', sipUri(request.to.uri)?.user ?? '']
  yield ['uriUser', target?.user ?? '']
  yield ['contentType', request.get('content-type') ?? '']
  yield ['uri', request.uri]
  for (const [name, value] of target?.params ?? []) yield [name, value === true ? '' : value]
}

/** Undefined for other schemes, and for what nobody can read. */
function sipUri(text: string): SipUri | undefined {
  if (!/^sips?:/i.test(text)) return undefined
  try {
    return parseUri(text)
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > longestAnswer) throw new RouteDecisionError('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
