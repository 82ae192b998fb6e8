import type { AorText } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { RehearsalEnd } from './pass-sheet.ts'

/** One user's phones on their way to the box and back. */
export interface PhoneProgress {
  readonly user: AorText
  /** How many phones the PBX had accepted through the box when the rehearsal began. */
  readonly phones: number
  /** How many the box itself had accepted then: phones that hold both (backup). */
  readonly held: number
  /** When the last of them must have refreshed its registration. */
  readonly dueAt: number | undefined
  /** All of them were registered at the box. */
  readonly cameAt: number | undefined
  /** All of them had spoken to the PBX again. */
  readonly homeAt: number | undefined
  /** The registrations that the box has answered, by Call-ID and CSeq: who speaks for the phone repeats these. */
  readonly saidHere: ReadonlySet<string>
}

interface Begun {
  readonly startedAt: number
  readonly returnWithinMs: number
  readonly phones: readonly PhoneProgress[]
}

/** A rehearsal, as a pure machine. Times in milliseconds since the Unix epoch. */
export type RehearsalRun =
  /** For the chosen users the PBX is gone. */
  | (Begun & { readonly name: 'away'; readonly until: number })
  /** It is there again; their phones are awaited. */
  | (Begun & {
      readonly name: 'returning'
      readonly endedAt: number
      readonly until: number
      readonly end: RehearsalEnd
    })
  | (Begun & {
      readonly name: 'over'
      /** When the PBX was there again for the users. */
      readonly endedAt: number
      readonly at: number
      readonly end: RehearsalEnd
      /** False when the phones could not come home: nothing is said of those that have not. */
      readonly isReturnJudged: boolean
    })

export type Bindings = (user: AorText) => readonly Binding[]

export type RehearsalEvent =
  /** It is time to look where the phones are. */
  | { readonly type: 'looked'; readonly at: number; readonly bindings: Bindings }
  /** Something real needs the box, or a person has stopped it. */
  | { readonly type: 'stopped'; readonly at: number; readonly why: string }
  /** The PBX is gone for everybody, or the box stops: nobody can come home. */
  | { readonly type: 'broken-off'; readonly at: number; readonly why: string }

export interface BegunRehearsal {
  readonly at: number
  readonly users: readonly AorText[]
  readonly bindings: Bindings
  readonly forMs: number
  readonly returnWithinMs: number
}

export function newRun({ at, users, bindings, forMs, returnWithinMs }: BegunRehearsal): RehearsalRun {
  const phones = users.map((user) => progressOf(user, bindings(user)))
  return { name: 'away', startedAt: at, until: at + forMs, returnWithinMs, phones }
}

export function nextRun(run: RehearsalRun, event: RehearsalEvent): RehearsalRun {
  switch (run.name) {
    case 'away':
      if (event.type === 'stopped') return returning(run, event.at, { isEarly: true, why: event.why })
      if (event.type === 'broken-off') return brokenOff(run, event, event.at)
      return away(run, event)
    case 'returning':
      // The phones are free already.
      if (event.type === 'stopped') return run
      if (event.type === 'broken-off') return brokenOff(run, event, run.endedAt)
      return awaited(run, event)
    case 'over':
      return run
  }
}

function progressOf(user: AorText, bindings: readonly Binding[]): PhoneProgress {
  const accepted = bindings.filter(({ origin }) => origin === 'pbx')
  const held = bindings.filter(({ origin }) => origin === 'box').length
  const dueAt = accepted.length > 0 ? Math.max(...accepted.map(({ expiresAt }) => expiresAt)) : undefined
  return {
    user,
    phones: accepted.length,
    held,
    dueAt,
    cameAt: undefined,
    homeAt: undefined,
    saidHere: new Set(),
  }
}

type Looked = Extract<RehearsalEvent, { type: 'looked' }>

function away(run: Extract<RehearsalRun, { name: 'away' }>, { at, bindings }: Looked): RehearsalRun {
  const phones = run.phones.map((phone) => {
    const here = answeredHere(bindings(phone.user), run)
    const hasCome = phone.phones > 0 && here.length >= phone.phones
    const saidHere = new Set([...phone.saidHere, ...here.map(wordOf)])
    return { ...phone, saidHere, ...(hasCome && phone.cameAt === undefined && { cameAt: at }) }
  })
  const next = { ...run, phones }
  return at < run.until ? next : returning(next, at, { isEarly: false, why: 'its time was over' })
}

function answeredHere(bindings: readonly Binding[], { startedAt }: Begun): readonly Binding[] {
  return bindings.filter(({ origin, registeredAt }) => origin === 'box' && registeredAt >= startedAt)
}

function wordOf({ callId, cseq }: Binding): string {
  return `${callId} ${cseq}`
}

function returning(
  { startedAt, returnWithinMs, phones }: Begun,
  at: number,
  end: RehearsalEnd,
): RehearsalRun {
  return {
    name: 'returning',
    startedAt,
    returnWithinMs,
    phones,
    endedAt: at,
    until: at + returnWithinMs,
    end,
  }
}

function awaited(run: Extract<RehearsalRun, { name: 'returning' }>, { at, bindings }: Looked): RehearsalRun {
  const phones = run.phones.map((phone) => {
    const known = bindings(phone.user)
    const saidHere = new Set([...phone.saidHere, ...answeredHere(known, run).map(wordOf)])
    const home = known.filter(
      (each) => each.origin === 'pbx' && each.expiresAt > at && !saidHere.has(wordOf(each)),
    )
    const hasCome = home.length >= phone.phones
    return { ...phone, saidHere, ...(hasCome && phone.homeAt === undefined && { homeAt: at }) }
  })
  const areHome = phones.every(({ homeAt }) => homeAt !== undefined)
  return areHome || at >= run.until
    ? over({ ...run, phones }, at, run.endedAt, run.end, true)
    : { ...run, phones }
}

function brokenOff(
  run: Exclude<RehearsalRun, { name: 'over' }>,
  { at, why }: { readonly at: number; readonly why: string },
  endedAt: number,
): RehearsalRun {
  return over(run, at, endedAt, { isEarly: true, why }, false)
}

function over(
  { startedAt, returnWithinMs, phones }: Begun,
  at: number,
  endedAt: number,
  end: RehearsalEnd,
  isReturnJudged: boolean,
): RehearsalRun {
  return { name: 'over', startedAt, returnWithinMs, phones, endedAt, at, end, isReturnJudged }
}
