import type { SipMessage, SipRequest, SipResponse } from '../../src/engine/message/message.ts'
import { parseMessage, SipParseError } from '../../src/engine/message/parse.ts'
import { responseTo } from '../../src/engine/message/response.ts'
import type { Flow } from '../../src/engine/transport/flow.ts'
import type { SentMessage } from '../unit/engine/transaction/fake-transport.ts'
import type { EnginePromises } from './engine-promises.ts'
import type { Step } from './engine-step.ts'
import type { EngineWorld } from './engine-world.ts'

type Kind<Do extends Step['do']> = Extract<Step, { readonly do: Do }>

interface OnFlow<Message> {
  readonly message: Message
  readonly flow: Flow
}

/** Phones and proxies around the engine: what they have seen, and what they send. */
export class FarSide {
  readonly #world: EngineWorld
  readonly #promises: EnginePromises
  // Each with the latest first.
  readonly #delivered: { readonly text: string; readonly flow: Flow }[] = []
  readonly #invites: OnFlow<SipRequest>[] = []
  readonly #answers: OnFlow<SipResponse>[] = []
  readonly #asked: OnFlow<SipRequest>[] = []
  readonly #given: { readonly request: SipRequest; readonly response: SipResponse; readonly flow: Flow }[] =
    []
  #branches = 0

  constructor(world: EngineWorld, promises: EnginePromises) {
    this.#world = world
    this.#promises = promises
  }

  hear(messages: readonly SentMessage[]): void {
    for (const { message, flow } of messages) {
      if (!message.isRequest) this.#answers.unshift({ message, flow })
      else if (message.method !== 'ACK') this.#asked.unshift({ message, flow })
    }
  }

  request(step: Kind<'request'>): void {
    const { method, call, branch, port, transport, toTag } = step
    const flow = this.#world.transport.flow(transport, '198.51.100.9', port)
    this.#deliver(
      flow,
      head(
        `${method} sip:bob@192.0.2.1 SIP/2.0`,
        [
          `Via: SIP/2.0/${transport.toUpperCase()} 198.51.100.9:${port};rport;branch=z9hG4bK-${branch}`,
          `From: <sip:alice@198.51.100.9>;tag=f${call}`,
          `To: <sip:bob@192.0.2.1>${toTag && `;tag=${toTag}`}`,
          `Call-ID: call-${call}`,
          `CSeq: 1 ${method}`,
          'Contact: <sip:alice@198.51.100.9>',
        ],
        step.extra,
      ),
    )
  }

  again({ which }: Kind<'again' | 'cancel' | 'flow-fails'>): void {
    const known = at(this.#delivered, which)
    if (known) this.#deliver(known.flow, known.text)
  }

  cancel({ which }: Kind<'again' | 'cancel' | 'flow-fails'>): void {
    const invite = at(this.#invites, which)
    if (invite) this.#deliver(invite.flow, hopByHop(invite.message, 'CANCEL', invite.message.get('to') ?? ''))
  }

  ack({ which, extra }: Kind<'ack'>): void {
    const answer = at(this.#answers, which)
    if (answer?.message.cseq.method !== 'INVITE' || answer.message.status < 200) return
    const { message, flow } = answer
    if (message.status < 300) {
      this.#deliver(flow, this.#inDialog(message, 'ACK', message.cseq.number, extra))
      return
    }
    const invite = this.#invites.find((one) => one.message.topVia.branch === message.topVia.branch)
    if (invite) this.#deliver(flow, hopByHop(invite.message, 'ACK', message.get('to') ?? ''))
  }

  /** A request of the caller in the dialog that an answer of the engine made. */
  inDialog({ which, method, cseq, extra }: Kind<'in-dialog' | 'from-callee'>): void {
    const answer = at(this.#answers, which)
    if (answer) this.#deliver(answer.flow, this.#inDialog(answer.message, method, cseq, extra))
  }

  /** A request of a callee in the dialog that its answer to the engine made. */
  fromCallee({ which, method, cseq, extra }: Kind<'in-dialog' | 'from-callee'>): void {
    const given = at(this.#given, which)
    if (!given) return
    const { request, response, flow } = given
    this.#deliver(
      flow,
      head(
        `${method} ${request.uri} SIP/2.0`,
        [
          this.#newVia(flow),
          ...request.getAll('record-route').map((value) => `Route: ${value}`),
          `From: ${response.get('to')}`,
          `To: ${request.get('from')}`,
          `Call-ID: ${request.get('call-id')}`,
          `CSeq: ${cseq} ${method}`,
          'Contact: <sip:callee@198.51.100.7>',
        ],
        extra,
      ),
    )
  }

  answer({ which, status, tag, extra }: Kind<'answer'>): void {
    const asked = at(this.#asked, which)
    if (!asked) return
    const { message: request, flow } = asked
    const response = responseTo(request, status, undefined, status > 100 ? { toTag: `t${tag}` } : {})
    for (const value of request.getAll('record-route')) response.append('Record-Route', value)
    if (status > 100 && status < 300) response.set('Contact', '<sip:callee@198.51.100.7>')
    const [startLine = '', ...lines] = response.toText().trimEnd().split('\r\n')
    const given = withoutLength(lines)
    this.#given.unshift({ request, response, flow })
    const text = head(startLine, given, extra)
    // With another CSeq the answer to a CANCEL is one to the INVITE, whose branch it has.
    const isToInvite = request.method === 'INVITE' || readable(text)?.get('cseq')?.endsWith('INVITE')
    if (isToInvite && status >= 200) {
      if (status < 300) this.#promises.answeredCalls++
      if (extra.length === 0 && status >= 300)
        this.#promises.refusalDelivered(response, this.#world.clock.now())
      else this.#promises.forgetInvite(request.topVia.branch ?? '')
    }
    this.#receive(flow, text)
  }

  mangled({ which, at: place, piece }: Kind<'mangled'>): void {
    const known = at(this.#delivered, which)
    if (!known) return
    const { text, flow } = known
    const spot = place % (text.length + 1)
    this.#deliver(flow, text.slice(0, spot) + piece + text.slice(spot + 1), true)
  }

  flowFails({ which }: Kind<'again' | 'cancel' | 'flow-fails'>): void {
    const flow = at([...this.#asked, ...this.#answers], which)?.flow
    if (!flow) return
    for (const { message, flow: other } of this.#asked)
      if (other === flow) this.#promises.forgetInvite(message.topVia.branch ?? '')
    if (flow.transport !== 'udp') Object.assign(flow, { isOpen: false })
    this.#world.transport.user?.onFlowFailed(flow, new Error('the flow failed'))
  }

  unreachable({ port, how }: Kind<'unreachable'>): void {
    const { unreachable } = this.#world.transport
    if (how === 'well') unreachable.delete(port)
    else unreachable.set(port, how === 'refuses' ? new Error('refused') : new Promise<Flow>(() => undefined))
  }

  #inDialog(answer: SipResponse, method: string, cseq: number, extra: readonly string[]): string {
    const target = addressIn(answer.get('contact')) ?? 'sip:bob@192.0.2.1'
    return head(
      `${method} ${target} SIP/2.0`,
      [
        this.#newVia(undefined),
        ...answer.getAll('record-route').map((value) => `Route: ${value}`),
        `From: ${answer.get('from')}`,
        `To: ${answer.get('to')}`,
        `Call-ID: ${answer.get('call-id')}`,
        `CSeq: ${cseq} ${method}`,
        'Contact: <sip:alice@198.51.100.9>',
      ],
      extra,
    )
  }

  #newVia(flow: Flow | undefined): string {
    const transport = (flow?.transport ?? 'udp').toUpperCase()
    return `Via: SIP/2.0/${transport} 198.51.100.9:5060;rport;branch=z9hG4bK-d${this.#branches++}`
  }

  #deliver(flow: Flow, text: string, isMangled = false): void {
    this.#delivered.unshift({ text, flow })
    const request = readable(text)
    if (request?.isRequest) {
      this.#promises.delivered(request, isMangled)
      if (request.method === 'INVITE') this.#invites.unshift({ message: request, flow })
    }
    this.#receive(flow, text)
  }

  #receive(flow: Flow, text: string): void {
    this.#world.transport.user?.onMessage(Buffer.from(text, 'latin1'), flow)
  }
}

function at<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)]
}

function readable(text: string): SipMessage | undefined {
  try {
    return parseMessage(Buffer.from(text, 'latin1'))
  } catch (error) {
    if (error instanceof SipParseError) return error.partial
    throw error
  }
}

/** Lines that an extra names again are replaced by it, but for those that come in several. */
function head(startLine: string, lines: readonly string[], extra: readonly string[]): string {
  const replaced = new Set(
    extra.map(nameOf).filter((name) => !['via', 'route', 'record-route'].includes(name)),
  )
  const kept = lines.filter((line) => !replaced.has(nameOf(line)))
  const bodies = extra.filter((line) => line.startsWith('\r\n'))
  const others = extra.filter((line) => !line.startsWith('\r\n'))
  return `${[startLine, ...kept, ...others].join('\r\n')}\r\n${bodies[0] ?? '\r\n'}`
}

/** ACK for a refusal, and CANCEL: RFC 3261 §17.1.1.3 and §9.1. */
function hopByHop(invite: SipRequest, method: string, to: string): string {
  const lines = [
    `Via: ${invite.get('via')}`,
    `From: ${invite.get('from')}`,
    `To: ${to}`,
    `Call-ID: ${invite.get('call-id')}`,
    `CSeq: ${Number.parseInt(invite.get('cseq') ?? '', 10)} ${method}`,
  ]
  return head(`${method} ${invite.uri} SIP/2.0`, lines, [])
}

const nameOf = (line: string): string => line.slice(0, Math.max(0, line.indexOf(':'))).toLowerCase()
const withoutLength = (lines: readonly string[]): string[] =>
  lines.filter((line) => nameOf(line) !== 'content-length')
const addressIn = (contact: string | undefined): string | undefined => /<([^>]+)>/.exec(contact ?? '')?.[1]
