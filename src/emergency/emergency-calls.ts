import { randomUUID } from 'node:crypto'
import { printAor } from '../domain/aor.ts'
import type { CallRecord } from '../domain/call-record.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { CallQuestion, EmergencyCall } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { alarmText, type CallForHelp, type Progress, progressText } from './call-for-help.ts'
import type { CallShelf } from './call-shelf.ts'
import { readLocationNote } from './location-document.ts'
import type { Place } from './places.ts'

export interface EmergencyCallsParts {
  /** Undefined when the caller is at another site. */
  placeOf(question: CallQuestion): Place | undefined
  readonly notices: NoticeSink
  readonly desk: { show(text: string): void }
  readonly shelf: CallShelf
  /** Where rescuers reach the caller, as far as it is known before a trunk is chosen. */
  callbackNumberOf(question: CallQuestion): string | undefined
  displayNameOf(question: CallQuestion): string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** As the admin page shows it. */
export interface EmergencyView {
  readonly id: string
  readonly at: number
  readonly number: string
  readonly isTest: boolean
  readonly caller: string
  readonly location: string
  readonly text: string
  readonly isAcknowledged: boolean
}

/** What the end of a call means for it; a part of the call's record. */
export type CallEnd = Pick<CallRecord, 'callId' | 'path' | 'target' | 'answeredAt' | 'cause' | 'status'>

/** Calls for help since the start that are over. */
export interface EmergencyCounts {
  answered: number
  unanswered: number
  tests: number
}

const mostKept = 200

/** The calls for help: who hears of them, and how each went. They stay until somebody has acknowledged them. */
export class EmergencyCalls implements Part {
  readonly name = 'emergency calls'
  readonly counts: EmergencyCounts = { answered: 0, unanswered: 0, tests: 0 }
  readonly #parts: EmergencyCallsParts
  readonly #listeners: ((call: Pick<EmergencyView, 'isTest'>) => void)[] = []
  #calls: readonly CallForHelp[] = []

  constructor(parts: EmergencyCallsParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const kept = await this.#parts.shelf.load()
    this.#calls = kept.map((call) =>
      call.progress.name === 'over' ? call : { ...call, progress: interrupted(call.progress) },
    )
  }

  async stop(): Promise<void> {
    await this.#parts.shelf.settled()
  }

  /** A call for help is on its way; called again for the same call it says nothing new. Returns at once. */
  began(question: CallQuestion, { number, isTest }: EmergencyCall): void {
    if (this.#underWay(question.callId)) return
    const { locationDocument: document } = question
    const place = this.#parts.placeOf(question)
    const call: CallForHelp = {
      id: randomUUID(),
      callId: question.callId,
      at: this.#parts.clock.now(),
      number,
      isTest,
      caller: this.#callerOf(question),
      source: question.source,
      sourceAddress: question.sourceAddress,
      callbackNumber: this.#parts.callbackNumberOf(question),
      location: (document && readLocationNote(document)) || (place?.location ?? ''),
      civic: document === undefined ? place?.civic : undefined,
      progress: { name: 'calling' },
      isAcknowledged: false,
    }
    this.#keep([...this.#calls, call])
    this.#parts.log.warn({ ...logged(call) }, 'emergency call')
    this.#parts.desk.show(alarmText(call))
    this.#tell('begin', call, alarmText(call))
    for (const listener of this.#listeners) listener(call)
  }

  /** Told of each call for help before it is sent anywhere. */
  onBegan(listener: (call: Pick<EmergencyView, 'isTest'>) => void): void {
    this.#listeners.push(listener)
  }

  /** Calls for help that are not over; tests are none. */
  get underWay(): number {
    return this.#calls.filter(({ isTest, progress }) => !isTest && progress.name !== 'over').length
  }

  /** Somebody at the other end has answered. */
  answered({ callId, path, target, answeredAt }: CallEnd): void {
    const call = this.#underWay(callId)
    if (call?.progress.name !== 'calling' || answeredAt === undefined) return
    const progress: Progress = {
      name: 'answered',
      by: `${path ?? 'nobody'} ${target ?? ''}`.trim(),
      afterMs: answeredAt - call.at,
    }
    this.#proceed(call, progress, 'answer')
  }

  /** The call is over, answered or not. */
  ended(end: CallEnd): void {
    this.answered(end)
    const call = this.#underWay(end.callId)
    if (!call) return
    const answer = call.progress.name === 'answered' ? call.progress : undefined
    const why = answer ? end.cause : `${end.status} ${end.cause}`
    this.#proceed(call, { ...answer, name: 'over', why }, 'end')
  }

  /** The latest first. */
  view(): readonly EmergencyView[] {
    return this.#calls.toReversed().map((call) => {
      const { id, at, number, isTest, caller, location, isAcknowledged } = call
      return { id, at, number, isTest, caller, location, text: progressText(call), isAcknowledged }
    })
  }

  /** Somebody has seen it; false when there is none of that id. */
  acknowledge(id: string): boolean {
    const call = this.#calls.find((each) => each.id === id)
    if (!call) return false
    this.#replace({ ...call, isAcknowledged: true })
    return true
  }

  #proceed(before: CallForHelp, progress: Progress, phase: 'answer' | 'end'): void {
    const call = { ...before, progress }
    this.#replace(call)
    const fields = { ...logged(call), progress: progressText(call) }
    if (progress.name === 'over') this.#count(call)
    const isLost = progress.name === 'over' && progress.by === undefined
    if (isLost) this.#parts.log.error(fields, 'emergency call not answered')
    else this.#parts.log.info(fields, 'emergency call')
    this.#tell(phase, call, `${alarmText(call)}: ${progressText(call)}`)
  }

  #count({ isTest, progress }: CallForHelp): void {
    if (isTest) this.counts.tests++
    else if (progress.name === 'over' && progress.by !== undefined) this.counts.answered++
    else this.counts.unanswered++
  }

  #tell(phase: 'begin' | 'answer' | 'end', call: CallForHelp, summary: string): void {
    const { isAcknowledged: _, ...facts } = call
    this.#parts.notices.send({
      event: 'emergency',
      at: this.#parts.clock.now(),
      summary,
      facts: { phase, ...facts },
    })
  }

  #callerOf(question: CallQuestion): string {
    const uri = question.caller ? printAor(question.caller) : question.from
    const name = this.#parts.displayNameOf(question)
    const who = name === undefined ? uri : `${name} (${uri})`
    return question.source === 'phone' ? who : `${who} by ${question.source} ${question.sourceLabel}`
  }

  #underWay(callId: string): CallForHelp | undefined {
    return this.#calls.findLast((call) => call.callId === callId && call.progress.name !== 'over')
  }

  #replace(call: CallForHelp): void {
    this.#keep(this.#calls.map((each) => (each.id === call.id ? call : each)))
  }

  #keep(calls: readonly CallForHelp[]): void {
    // What nobody has seen is kept longer than what somebody has.
    const surplus = calls.length - mostKept
    const toForget = surplus > 0 ? [...calls].sort(bySeen).slice(0, surplus) : []
    this.#calls = calls.filter((call) => !toForget.includes(call))
    this.#parts.shelf.keep(this.#calls)
  }
}

function bySeen(a: CallForHelp, b: CallForHelp): number {
  return Number(b.isAcknowledged) - Number(a.isAcknowledged) || a.at - b.at
}

function interrupted(progress: Progress): Progress {
  return { ...progress, name: 'over', why: 'the box was restarted' }
}

function logged({ callId, number, isTest, caller }: CallForHelp): Record<string, unknown> {
  return { callId, number, isTest, caller }
}
