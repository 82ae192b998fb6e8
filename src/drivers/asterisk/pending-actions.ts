import { randomBytes } from 'node:crypto'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { AmiMessage } from './ami-message.ts'
import { AmiTrouble } from './ami-trouble.ts'

type TakeList = (entries: readonly AmiMessage[]) => void

interface Pending {
  readonly name: string
  /** Undefined for an action that is answered by its response alone. */
  readonly takeList: TakeList | undefined
  readonly entries: AmiMessage[]
  readonly timer: Timer
  resolve(message: AmiMessage): void
  reject(why: AmiTrouble): void
}

/** Asterisk does the actions of a connection one after the other: one that is late means that it does none any more. */
const answerWithinMs = 5_000
const listWithinMs = 15_000
const mostPending = 64
const mostEntries = 20_000

/**
 * Actions that wait for their response, found by an ActionID of their own. Asterisk numbers nothing itself: a response
 * with an ActionID that was not given out here is nobody's.
 */
export class PendingActions {
  readonly #clock: Clock
  readonly #onSilence: (why: AmiTrouble) => void
  readonly #answerWithinMs: number
  readonly #pending = new Map<string, Pending>()
  // Some events name actions of other connections to the same Asterisk, of another box perhaps.
  readonly #prefix = randomBytes(6).toString('hex')
  #count = 0

  constructor(clock: Clock, onSilence: (why: AmiTrouble) => void, mostMs = answerWithinMs) {
    this.#clock = clock
    this.#answerWithinMs = mostMs
    this.#onSilence = onSilence
  }

  ask(name: string, send: (id: string) => void): Promise<AmiMessage> {
    return this.#wait(name, send, undefined)
  }

  askForList(name: string, send: (id: string) => void, takeList: TakeList): Promise<AmiMessage> {
    return this.#wait(name, send, takeList)
  }

  /** Whether the message belongs to an action. */
  take(message: AmiMessage): boolean {
    const id = message.get('ActionID')
    const pending = id === undefined ? undefined : this.#pending.get(id)
    if (id === undefined || !pending) return message.event === ''
    if (message.event === '') this.#takeResponse(id, pending, message)
    else if (!pending.takeList)
      return false // what comes of it later: OriginateResponse
    else this.#takeEntry(id, pending, message)
    return true
  }

  failAll(why: AmiTrouble): void {
    for (const id of [...this.#pending.keys()]) this.#remove(id)?.reject(why)
  }

  #takeResponse(id: string, { name, takeList }: Pending, response: AmiMessage): void {
    if (response.get('Response') === 'Error') this.#remove(id)?.reject(refusal(name, response.get('Message')))
    else if (!takeList) this.#remove(id)?.resolve(response)
  }

  #takeEntry(id: string, { entries, takeList }: Pending, entry: AmiMessage): void {
    if (!/^complete$/i.test(entry.get('EventList') ?? '')) {
      if (entries.length < mostEntries) entries.push(entry)
      return
    }
    takeList?.(entries)
    this.#remove(id)?.resolve(entry)
  }

  #wait(name: string, send: (id: string) => void, takeList: TakeList | undefined): Promise<AmiMessage> {
    if (this.#pending.size >= mostPending)
      return Promise.reject(new AmiTrouble('away', `${mostPending} actions wait already`))
    const id = `${this.#prefix}-${++this.#count}`
    const { promise, resolve, reject } = Promise.withResolvers<AmiMessage>()
    const mostMs = takeList ? listWithinMs : this.#answerWithinMs
    const timer = this.#clock.after(mostMs, () =>
      this.#onSilence(new AmiTrouble('too-late', `${name} was not answered within ${mostMs} ms`)),
    )
    this.#pending.set(id, { name, takeList, entries: [], timer, resolve, reject })
    try {
      send(id)
    } catch (error) {
      this.#remove(id)
      return Promise.reject(error)
    }
    return promise
  }

  #remove(id: string): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.timer.cancel()
    return pending
  }
}

function refusal(name: string, message = 'no reason given'): AmiTrouble {
  return new AmiTrouble('refused', `${name}: ${message.slice(0, 200)}`)
}
