import type { SipSource, SipTransport } from '../../domain/sip.ts'
import { MessageText } from './message-text.ts'

/** A SIP message that the engine hands to us. */
export interface SipFrame {
  /** `application`: the engine made it itself and tells us. */
  readonly origin: 'network' | 'application'
  readonly peer: SipSource
  /** Server transaction of a request, client transaction of a response; `unsolicited` for the engine's own BYE. */
  readonly transactionId: string
  /** Empty outside dialogs. */
  readonly dialogId: string
  readonly localPort: number | undefined
  readonly message: MessageText
}

/** The engine's answer to one of our frames. */
export interface ControlReply {
  readonly isOk: boolean
  /** Why not, when `isOk` is false. */
  readonly reason: string
  /** Tokens of the leader as the protocol numbers them: 10 transaction id, 11 dialog id of a response, 12 `continue`. */
  readonly tokens: readonly string[]
  /** The message as it went out or came in; empty when there is none. */
  readonly text: string
}

export type ControlFrame =
  | { readonly kind: 'sip'; readonly frame: SipFrame }
  | { readonly kind: 'reply'; readonly to: string; readonly reply: ControlReply }
  | { readonly kind: 'other' }

/** Reads `<id>|<type>|…[CRLF message]`. */
export function readControlFrame(payload: string): ControlFrame {
  const leaderEnd = payload.indexOf('\r\n')
  const tokens = (leaderEnd < 0 ? payload : payload.slice(0, leaderEnd)).split('|')
  const text = leaderEnd < 0 ? '' : payload.slice(leaderEnd + 2)
  if (tokens[1] === 'sip') return { kind: 'sip', frame: readSipFrame(tokens, text) }
  if (tokens[1] !== 'response') return { kind: 'other' }
  const isOk = tokens[3] === 'OK'
  const reason = isOk ? '' : tokens.slice(4).join('|')
  return { kind: 'reply', to: tokens[2] ?? '', reply: { isOk, reason, tokens, text } }
}

function readSipFrame(tokens: readonly string[], text: string): SipFrame {
  return {
    origin: tokens[2] === 'application' ? 'application' : 'network',
    peer: {
      transport: (tokens[4] || 'udp') as SipTransport,
      address: withoutBrackets(tokens[5] ?? ''),
      port: Number(tokens[6] ?? 0),
    },
    transactionId: tokens[8] ?? '',
    dialogId: tokens[9] ?? '',
    localPort: tokens.length > 11 ? Number(tokens[11]) : undefined,
    message: new MessageText(text),
  }
}

function withoutBrackets(address: string): string {
  return address.startsWith('[') ? address.slice(1, -1) : address
}
