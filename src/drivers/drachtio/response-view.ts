import type { SipMessageView, SipResponseView, SipSource } from '../../domain/sip.ts'
import type { SipFrame } from './control-frame.ts'
import { type EngineRefused, EngineUnavailable } from './link-trouble.ts'

/** A response from the network, or one the engine made for a request that got none. */
export class ReceivedResponse implements SipResponseView {
  readonly status: number
  readonly reason: string
  readonly peer: SipSource
  readonly dialogId: string
  readonly #message: SipMessageView

  constructor(frame: SipFrame) {
    const line = frame.message.startLine
    this.status = Number(line.slice(8, 11))
    this.reason = line.slice(12)
    this.peer = frame.peer
    this.dialogId = frame.dialogId
    this.#message = frame.message
  }

  /** The engine names no peer for a response that it made itself. */
  get isLocal(): boolean {
    return this.peer.address === ''
  }

  get body(): string {
    return this.#message.body
  }

  header(name: string): string | undefined {
    return this.#message.header(name)
  }

  headers(name: string): readonly string[] {
    return this.#message.headers(name)
  }
}

/** What a request resolves to when no response came from anywhere. */
export function localResponse(status: number, reason: string): SipResponseView {
  return { status, reason, isLocal: true, body: '', header: () => undefined, headers: () => [] }
}

/** For a request that the engine did not take, or that was under way when the engine was lost. */
export function lostResponse(error: EngineUnavailable | EngineRefused): SipResponseView {
  const response = localResponse(503, error.message)
  return error instanceof EngineUnavailable ? { ...response, isUnsent: true } : response
}
