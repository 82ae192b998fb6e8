import { TurnoverMap } from '../../lib/turnover-map.ts'
import type { SipMessage } from '../message/message.ts'
import type { Dialog } from './dialog.ts'

/** Every dialog of the engine, found by what applications call it and by what the network calls it. */
export class DialogStore<D extends Dialog> {
  /** Forks of one request share an id: the network tells them apart, an application cannot. */
  readonly #byId = new TurnoverMap<string, D[]>()
  readonly #byTags = new TurnoverMap<string, D>()

  get size(): number {
    return this.#byTags.size
  }

  add(dialog: D): void {
    const forks = this.#byId.get(dialog.id)
    if (forks) forks.push(dialog)
    else this.#byId.set(dialog.id, [dialog])
    this.#byTags.set(tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag), dialog)
  }

  remove(dialog: D): void {
    dialog.state = 'ended'
    const key = tagsKey(dialog.callId, dialog.localTag, dialog.remoteTag)
    if (this.#byTags.get(key) === dialog) this.#byTags.delete(key)
    const others = (this.#byId.get(dialog.id) ?? []).filter((other) => other !== dialog)
    if (others.length === 0) this.#byId.delete(dialog.id)
    else this.#byId.set(dialog.id, others)
  }

  /** The confirmed dialog of that id, else the youngest early one. */
  withId(id: string): D | undefined {
    const forks = this.#byId.get(id)
    if (!forks) return undefined
    return forks.find((dialog) => dialog.state === 'confirmed') ?? forks[forks.length - 1]
  }

  forksOf(id: string): readonly D[] {
    return this.#byId.get(id) ?? []
  }

  withTags(callId: string, localTag: string, remoteTag: string): D | undefined {
    return this.#byTags.get(tagsKey(callId, localTag, remoteTag))
  }

  /** The dialog that a request from the network belongs to (RFC 3261 §12.2.2). */
  ofRequest(request: SipMessage): D | undefined {
    const localTag = request.to.tag
    if (localTag === undefined) return undefined
    return this.withTags(request.callId, localTag, request.from.tag ?? '')
  }

  [Symbol.iterator](): Iterator<D> {
    return this.#byTags.values()
  }
}

// A blank cannot occur in a Call-ID or a tag.
const tagsKey = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId} ${localTag} ${remoteTag}`
