import { readWireDuration } from './wire-duration.ts'

/** What an application may say. `text` is the SIP text behind the leader. */
export type AppFrame =
  | AuthenticateFrame
  | { readonly type: 'route' | 'remove_route'; readonly id: string; readonly verb: string }
  | { readonly type: 'ping'; readonly id: string }
  | SipFrame
  | ProxyFrame

export interface AuthenticateFrame {
  readonly type: 'authenticate'
  readonly id: string
  readonly secret: string
  readonly tags: readonly string[]
}

export interface SipFrame {
  readonly type: 'sip'
  readonly id: string
  /** Empty when the application gave none; so are the other two. */
  readonly transactionId: string
  readonly dialogId: string
  /** Where to send an out-of-dialog request instead of to its Request-URI. */
  readonly routeUri: string
  readonly text: Buffer
}

export interface ProxyFrame {
  readonly type: 'proxy'
  readonly id: string
  readonly transactionId: string
  readonly recordRoute: boolean
  readonly fullResponse: boolean
  readonly followRedirects: boolean
  readonly isParallel: boolean
  readonly provisionalTimeoutMs: number | undefined
  readonly finalTimeoutMs: number | undefined
  readonly targets: string[]
  readonly text: Buffer
}

/** A frame that cannot be understood: it is answered `NO` and the connection is closed. */
export class AppFrameError extends Error {
  override readonly name = 'AppFrameError'
  readonly frameId: string

  constructor(frameId: string, reason: string) {
    super(reason)
    this.frameId = frameId
  }
}

const carriageReturn = 0x0d
const noText = Buffer.alloc(0)

/** Reads one payload from an application. Throws AppFrameError. */
export function readAppFrame(payload: Buffer): AppFrame {
  const end = payload.indexOf(carriageReturn)
  const tokens = payload.toString('utf8', 0, end < 0 ? payload.length : end).split('|')
  const text = end < 0 ? noText : payload.subarray(end + 2)
  const id = tokens[0] as string
  switch (tokens[1]) {
    case 'sip':
      return readSip(id, tokens, text)
    case 'proxy':
      return readProxy(id, tokens, text)
    case 'authenticate':
      if (tokens.length < 3) break
      return { type: 'authenticate', id, secret: tokens[2] ?? '', tags: readTags(tokens[3]) }
    case 'route':
    case 'remove_route':
      if (!tokens[2]) break
      return { type: tokens[1], id, verb: tokens[2].toLowerCase() }
    case 'ping':
      return { type: 'ping', id }
    case undefined:
      break
    default:
      throw new AppFrameError(id, 'Unknown message type')
  }
  throw new AppFrameError(id, 'Invalid message format')
}

function readSip(id: string, tokens: string[], text: Buffer): SipFrame {
  const [, , transactionId, dialogId, routeUri = ''] = tokens
  if (transactionId === undefined || dialogId === undefined || text.length === 0)
    throw new AppFrameError(id, 'Invalid message format')
  return { type: 'sip', id, transactionId, dialogId, routeUri, text }
}

function readProxy(id: string, tokens: string[], text: Buffer): ProxyFrame {
  const [, , transactionId, remain, full, follow, order, provisional, final, ...targets] = tokens
  if (!transactionId) throw new AppFrameError(id, 'transaction id missing')
  if (targets.length === 0) throw new AppFrameError(id, 'Invalid message format')
  return {
    type: 'proxy',
    id,
    transactionId,
    recordRoute: remain === 'remainInDialog',
    fullResponse: full === 'fullResponse',
    followRedirects: follow === 'followRedirects',
    isParallel: order === 'simultaneous',
    provisionalTimeoutMs: readDuration(id, provisional),
    finalTimeoutMs: readDuration(id, final),
    targets,
    text,
  }
}

const readTags = (list: string | undefined): string[] => (list ? list.split(',') : [])

/** `800ms`, `2s`, or nothing. */
function readDuration(id: string, token: string | undefined): number | undefined {
  if (!token) return undefined
  const duration = readWireDuration(token)
  if (duration === undefined) throw new AppFrameError(id, 'Invalid message format')
  return duration
}
