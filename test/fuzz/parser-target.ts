import { isDeepStrictEqual } from 'node:util'
import type { SipMessage } from '../../src/engine/message/message.ts'
import { parseMessage, SipParseError } from '../../src/engine/message/parse.ts'
import { responseTo } from '../../src/engine/message/response.ts'
import { parseUri } from '../../src/engine/message/uri.ts'
import { demand, type FuzzTarget } from './fuzz-target.ts'
import { shorterTexts } from './minimise.ts'
import { mutatedMessage, pumpedMessage } from './mutated-message.ts'
import { workOf } from './work-count.ts'

interface ParserCase {
  /** One character for each byte. */
  readonly bytes: string
  /** Whether the work of reading is counted: that takes time. */
  readonly isCounted: boolean
}

// The head is looked at a few times over: cut into lines, names compared, values read.
const workPerByte = 60
const workAnyway = 20_000

/** The parser and the printer. Promise: SipParseError or a message that reads the same when printed. */
export const parserTarget: FuzzTarget<ParserCase> = {
  name: 'parser',
  generate: (random) =>
    random.oneIn(500)
      ? { bytes: pumpedMessage(random), isCounted: true }
      : { bytes: mutatedMessage(random), isCounted: false },
  check: ({ bytes, isCounted }) => {
    const data = Buffer.from(bytes, 'latin1')
    if (isCounted) {
      const work = workOf(() => read(data))
      demand(work <= workPerByte * data.length + workAnyway, `linear work: ${work} for ${data.length} bytes`)
    } else {
      read(data)
    }
  },
  *simpler({ bytes, isCounted }) {
    for (const shorter of shorterTexts(bytes)) yield { bytes: shorter, isCounted }
  },
}

function read(data: Buffer): void {
  let message: SipMessage
  try {
    message = parseMessage(data)
  } catch (error) {
    answer(asRefusal(error))
    return
  }
  readEverything(message)
  sameAgain(parseMessage(message.toBuffer()), message)
  const copy = changedCopy(message)
  const again = parseMessage(copy.toBuffer())
  sameAgain(again, copy)
  demand(changedCopy(again).toBuffer().equals(copy.toBuffer()), 'what is printed twice is the same')
  if (message.isRequest && message.method !== 'ACK') answerable(message, 200)
}

/** What could be read of a refused request is enough for an answer that others can read. */
function answer({ partial, status, reason }: SipParseError): void {
  demand(status >= 400 && status < 600, `a refusal has a status: ${status}`)
  if (partial) responseTo(partial, status, reason, { toTag: 't' }).toBuffer()
}

function answerable(request: Parameters<typeof responseTo>[0], status: number): void {
  const response = parseMessage(responseTo(request, status, undefined, { toTag: 't' }).toBuffer())
  demand(response.to.tag !== undefined, 'an answer has a To tag')
  demand(response.topVia.branch === request.topVia.branch, 'an answer keeps the branch')
}

function readEverything(message: SipMessage): void {
  refusable(() => message.contacts)
  for (const key of ['via', 'contact', 'route', 'record-route', 'subject', 'supported']) message.values(key)
  if (message.isRequest) refusable(() => parseUri(message.uri))
}

function refusable(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    asRefusal(error)
  }
}

function asRefusal(error: unknown): SipParseError {
  if (error instanceof SipParseError) return error
  throw error
}

/** A copy that prints from its parts, not from the bytes that were received. */
function changedCopy(message: SipMessage): SipMessage {
  const copy = message.clone()
  copy.set('subject', copy.get('subject') ?? '')
  return copy
}

function sameAgain(one: SipMessage, other: SipMessage): void {
  demand(isDeepStrictEqual(contentOf(one), contentOf(other)), 'a message that was printed reads the same')
}

const contentOf = (message: SipMessage): unknown => [
  message.isRequest ? [message.method, message.uri] : [message.status, message.reason],
  message.headerLines().map(({ key, value }) => [key, value]),
  message.body.toString('latin1'),
]
