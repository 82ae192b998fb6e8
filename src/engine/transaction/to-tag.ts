import { newTag } from '../message/identifiers.ts'
import type { SipResponse } from '../message/message.ts'

/** The To tag of one request's responses: that of those already sent, else one chosen when it is first asked for. */
export class ToTag {
  #tag: string | undefined

  get value(): string {
    this.#tag ??= newTag()
    return this.#tag
  }

  /** A proxy's responses bring the tags of its targets. */
  note(response: SipResponse): void {
    if (response.status > 100) this.#tag = response.to.tag ?? this.#tag
  }
}
