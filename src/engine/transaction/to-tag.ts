import { newTag } from '../message/identifiers.ts'
import type { SipResponse } from '../message/message.ts'
import { SipParseError } from '../message/sip-parse-error.ts'

/** The To tag of one request's responses: that of those already sent, else one chosen when it is first asked for. */
export class ToTag {
  #tag: string | undefined

  get value(): string {
    this.#tag ??= newTag()
    return this.#tag
  }

  /** A proxy's responses bring the tags of its targets. One whose To cannot be read goes out as it is, and says nothing. */
  note(response: SipResponse): void {
    if (response.status <= 100) return
    try {
      this.#tag = response.to.tag ?? this.#tag
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
    }
  }
}
