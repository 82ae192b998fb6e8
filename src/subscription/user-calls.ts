import { type Aor, type AorText, parseAor, printAor } from '../domain/aor.ts'
import type { CallRecord } from '../domain/call-record.ts'
import { TurnoverMap } from '../lib/turnover-map.ts'
import type { CallBoard, UserCall } from './neighbours.ts'

interface SeenCall {
  record: CallRecord
  /** Users whose phones ring, by leg. */
  readonly ringing: Map<string, AorText>
  /** Who is in it, as it was last told. */
  parties: ReadonlyMap<AorText, readonly UserCall[]>
}

/** Who is in which call, from the records that the calls keep of themselves. */
export class UserCalls implements CallBoard {
  readonly #ownName: (user: Aor) => Aor
  readonly #calls = new TurnoverMap<string, SeenCall>()
  readonly #byUser = new TurnoverMap<AorText, Set<string>>()
  readonly #listeners: ((user: AorText) => void)[] = []

  /** `ownName`: the user whom an alias means. */
  constructor(ownName: (user: Aor) => Aor) {
    this.#ownName = ownName
  }

  of(user: AorText): readonly UserCall[] {
    const ids = this.#byUser.get(user) ?? []
    return [...ids].flatMap((id) => this.#calls.get(id)?.parties.get(user) ?? [])
  }

  onChange(listener: (user: AorText) => void): void {
    this.#listeners.push(listener)
  }

  /** A call is under way, in this state. */
  saw(record: CallRecord): void {
    const call = this.#calls.get(record.id) ?? { record, ringing: new Map(), parties: new Map() }
    this.#calls.set(record.id, call)
    call.record = record
    this.#update(record.id, call)
  }

  /** The phone of this user rings for the call. */
  rings(id: string, leg: string, label: string): void {
    const call = this.#calls.get(id)
    const user = this.#userOf(label)
    if (!call || user === undefined || call.record.answeredAt !== undefined || call.ringing.has(leg)) return
    call.ringing.set(leg, user)
    this.#update(id, call)
  }

  /** It rings no longer. */
  ceased(id: string, leg: string): void {
    const call = this.#calls.get(id)
    if (call?.ringing.delete(leg)) this.#update(id, call)
  }

  over(id: string): void {
    const call = this.#calls.get(id)
    if (!call) return
    this.#calls.delete(id)
    for (const user of call.parties.keys()) {
      this.#leave(user, id)
      this.#tell(user)
    }
  }

  #update(id: string, call: SeenCall): void {
    const before = call.parties
    call.parties = this.#partiesOf(call)
    for (const user of before.keys()) if (!call.parties.has(user)) this.#leave(user, id)
    for (const user of call.parties.keys()) this.#join(user, id)
    for (const user of new Set([...before.keys(), ...call.parties.keys()])) {
      if (isSame(before.get(user), call.parties.get(user))) continue
      this.#tell(user)
    }
  }

  #partiesOf({ record, ringing }: SeenCall): Map<AorText, UserCall[]> {
    const { id, source, sourceLabel, path, target, answeredAt, status } = record
    const parties = new Map<AorText, UserCall[]>()
    const add = (user: AorText | undefined, call: UserCall) => {
      if (user !== undefined) parties.set(user, [...(parties.get(user) ?? []), call])
    }
    const isUp = answeredAt !== undefined
    const state = isUp ? 'confirmed' : status >= 180 || ringing.size > 0 ? 'early' : 'trying'
    if (source === 'phone') add(this.#userOf(sourceLabel), { id: `${id}-a`, direction: 'initiator', state })
    const called = isUp && path === 'phone' ? [this.#userOf(target)] : new Set(ringing.values())
    for (const user of called)
      add(user, { id: `${id}-b`, direction: 'recipient', state: isUp ? 'confirmed' : 'early' })
    return parties
  }

  #userOf(label: string | undefined): AorText | undefined {
    const name = label === undefined ? undefined : parseAor(label)
    return name && printAor(this.#ownName(name))
  }

  #join(user: AorText, id: string): void {
    const ids = this.#byUser.get(user)
    if (ids) ids.add(id)
    else this.#byUser.set(user, new Set([id]))
  }

  #leave(user: AorText, id: string): void {
    const ids = this.#byUser.get(user)
    ids?.delete(id)
    if (ids?.size === 0) this.#byUser.delete(user)
  }

  #tell(user: AorText): void {
    for (const listener of this.#listeners) listener(user)
  }
}

function isSame(before: readonly UserCall[] = [], after: readonly UserCall[] = []): boolean {
  return (
    before.length === after.length &&
    before.every(({ id, state }, place) => id === after[place]?.id && state === after[place].state)
  )
}
