import type { SipMessageView } from '../domain/sip.ts'
import { dialogInfoType, printDialogInfo, readDialogInfo } from './dialog-info.ts'
import type { Feed, StateDocument } from './feed.ts'
import type { UserCall } from './neighbours.ts'

export interface WatchedUser {
  /** As the subscriber named him. */
  readonly entity: string
  isKnown(): boolean
  calls(): readonly UserCall[]
}

/** Dialog state (RFC 4235) in one subscription: goes on where the PBX has stopped, with versions that leave no gap. */
export class DialogFeed implements Feed {
  readonly #watched: WatchedUser
  #entity: string
  #version = -1
  /** Dialogs that the subscriber believes to be up. */
  #open: readonly string[] = []

  constructor(watched: WatchedUser) {
    this.#watched = watched
    this.#entity = watched.entity
  }

  heard(notify: SipMessageView): void {
    const document = readDialogInfo(notify.body)
    if (!document) return
    this.#version = document.version
    this.#entity = document.entity ?? this.#entity
    this.#open = document.open
  }

  /** Of somebody whom only the PBX knows, a parking place perhaps, the box cannot say that he has no calls. */
  get hasNews(): boolean {
    return this.#watched.isKnown()
  }

  next(): StateDocument | undefined {
    if (!this.#watched.isKnown()) return undefined
    const calls = this.#watched.calls()
    const ids = calls.map(({ id }) => id)
    const ended = this.#open.filter((id) => !ids.includes(id))
    this.#version = (this.#version + 1) % versions
    this.#open = ids
    const document = { entity: this.#entity, version: this.#version, calls, ended }
    return { contentType: dialogInfoType, body: printDialogInfo(document) }
  }
}

/** RFC 4235 §4.1.1: an unsigned 32-bit integer; phones with signed ones are spared the upper half. */
const versions = 2 ** 31
