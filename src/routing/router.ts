import type { DecisionStep } from '../domain/decision-record.ts'
import type { CallQuestion, RoutePlan } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import { within } from '../lib/time-box.ts'
import { classifyDestination, type Destination } from './destination.ts'
import { destinationNote } from './destination-note.ts'
import type { Knowledge, OverlayAnswer } from './knowledge.ts'
import { forwardLesson, homesLesson, type Lesson, memberLesson, servicesLesson } from './lesson.ts'
import { localKnowledge } from './local-knowledge.ts'
import { type LookUp, lookUpsFor } from './look-ups.ts'
import type { Note } from './options.ts'
import { planRoute } from './plan-route.ts'
import type { Site, UserHome } from './site.ts'

export interface Route {
  readonly plan: RoutePlan
  readonly steps: readonly DecisionStep[]
}

/** Plans calls: reads the destination, asks the overlay within time boxes, and decides. Places no call itself. */
export class Router {
  readonly #site: Site
  readonly #clock: Clock

  constructor(site: Site, clock: Clock) {
    this.#site = site
    this.#clock = clock
  }

  /** `afresh`: what was remembered from before the call does not do. */
  async route(question: CallQuestion, isAfresh = false): Promise<Route> {
    const steps: DecisionStep[] = []
    const note = (line: Note, tookMs = 0) =>
      steps.push({ atMs: Math.max(0, this.#clock.now() - question.at), tookMs, ...line })

    const destination = classifyDestination(question, this.#site)
    note(destinationNote(question, destination))
    const known = localKnowledge(question, destination, this.#site)
    const lookUps = this.#lookUps(question, destination, known)
    const lessons = await Promise.all(
      lookUps.map((lookUp) => this.#look(lookUp, note, isAfresh ? question.at : undefined)),
    )
    const knowledge = lessons.reduce((all, learn) => learn(all), known)
    const { plan, notes } = planRoute(question, destination, knowledge)
    for (const line of notes) note(line)
    return { plan, steps }
  }

  async #look(
    lookUp: LookUp,
    note: (line: Note, tookMs: number) => void,
    newerThan: number | undefined,
  ): Promise<Lesson> {
    const from = this.#clock.now()
    const { learn, answer } = await this.#ask(lookUp, newerThan)
    const asked = lookUp.kind === 'pstn' ? `pstn for ${lookUp.number}` : lookUp.aor
    const why = `bound ${lookUp.mostMs} ms${newerThan === undefined ? '' : ', asked afresh'}`
    note({ step: 'overlay', asked, answer, why }, this.#clock.now() - from)
    return learn
  }

  #lookUps(question: CallQuestion, destination: Destination, knowledge: Knowledge): readonly LookUp[] {
    if (this.#site.overlays.domains().length === 0) return []
    return lookUpsFor(question, destination, knowledge)
  }

  async #ask(
    lookUp: LookUp,
    newerThan: number | undefined,
  ): Promise<{ readonly learn: Lesson; readonly answer: string }> {
    const { overlays, restingBoxes } = this.#site
    if (lookUp.kind === 'pstn') {
      const { found, answer } = await this.#within(lookUp, async (signal) => {
        const offers = await overlays.findPstn(lookUp.number, signal)
        return offers.filter(({ peerName }) => !overlays.isOwnPeerName(peerName))
      })
      const isResting = (name: string) => restingBoxes.has(name, this.#clock.now())
      return { learn: servicesLesson(found, isResting), answer: answer('offer', 'offers') }
    }
    const { found, answer } = await this.#within(lookUp, async (signal) => {
      const homes = await overlays.findAor(lookUp.aor, signal, newerThan)
      return homes.filter(({ peerName }) => !overlays.isOwnPeerName(peerName))
    })
    return { learn: lessonOf(lookUp, found), answer: answer('home box', 'home boxes') + phonesText(found) }
  }

  async #within<Item>(
    { mostMs }: LookUp,
    ask: (signal: AbortSignal) => Promise<readonly Item[]>,
  ): Promise<{ found: OverlayAnswer<Item>; answer: (one: string, many: string) => string }> {
    const result = await within(mostMs, this.#clock, ask)
    switch (result.kind) {
      case 'value': {
        const { length } = result.value
        return { found: result.value, answer: (one, many) => `${length} ${length === 1 ? one : many}` }
      }
      case 'too-late':
        return { found: 'no answer', answer: () => 'no answer in time' }
      case 'failed':
        return { found: 'no answer', answer: () => `failed: ${messageOf(result.error)}` }
    }
  }
}

function lessonOf({ kind, aor }: Exclude<LookUp, { kind: 'pstn' }>, found: OverlayAnswer<UserHome>): Lesson {
  if (kind === 'user') return homesLesson(found)
  return kind === 'forward' ? forwardLesson(found) : memberLesson(aor, found)
}

function phonesText(found: OverlayAnswer<UserHome>): string {
  if (found === 'no answer' || found.length === 0) return ''
  return found.some(({ contacts }) => contacts > 0) ? '' : ', no phone registered'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
