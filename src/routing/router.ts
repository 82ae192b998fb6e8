import type { DecisionStep } from '../domain/decision-record.ts'
import type { CallQuestion, RoutePlan } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import { within } from '../lib/time-box.ts'
import { classifyDestination, type Destination } from './destination.ts'
import type { Knowledge, OverlayAnswer } from './knowledge.ts'
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
    const learned = await Promise.all(
      lookUps.map((lookUp) => this.#look(lookUp, note, isAfresh ? question.at : undefined)),
    )
    const { plan, notes } = planRoute(question, destination, Object.assign({}, known, ...learned))
    for (const line of notes) note(line)
    return { plan, steps }
  }

  async #look(
    lookUp: LookUp,
    note: (line: Note, tookMs: number) => void,
    newerThan: number | undefined,
  ): Promise<Partial<Knowledge>> {
    const from = this.#clock.now()
    const { learned, answer } = await this.#ask(lookUp, newerThan)
    const asked = lookUp.kind === 'user' ? lookUp.aor : `pstn for ${lookUp.number}`
    const why = `bound ${lookUp.mostMs} ms${newerThan === undefined ? '' : ', asked afresh'}`
    note({ step: 'overlay', asked, answer, why }, this.#clock.now() - from)
    return learned
  }

  #lookUps(question: CallQuestion, destination: Destination, knowledge: Knowledge): readonly LookUp[] {
    if (this.#site.overlays.domains().length === 0) return []
    return lookUpsFor(question, destination, knowledge)
  }

  async #ask(
    lookUp: LookUp,
    newerThan: number | undefined,
  ): Promise<{ learned: Partial<Knowledge>; answer: string }> {
    const { overlays } = this.#site
    if (lookUp.kind === 'user') {
      const { found, answer } = await this.#within(lookUp, async (signal) => {
        const homes = await overlays.findAor(lookUp.aor, signal, newerThan)
        return homes.filter(({ peerName }) => !overlays.isOwnPeerName(peerName))
      })
      return { learned: homesKnowledge(found), answer: answer('home box', 'home boxes') + phonesText(found) }
    }
    const { found, answer } = await this.#within(lookUp, async (signal) => {
      const offers = await overlays.findPstn(lookUp.number, signal)
      return offers.filter(({ peerName }) => !overlays.isOwnPeerName(peerName))
    })
    return { learned: { services: found }, answer: answer('offer', 'offers') }
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

function homesKnowledge(found: OverlayAnswer<UserHome>): Partial<Knowledge> {
  if (found === 'no answer') return { homeBoxes: found }
  const withPhones = found.filter(({ contacts }) => contacts > 0).map(({ peerName }) => peerName)
  return { homeBoxes: [...new Set(withPhones)], isKnownElsewhere: found.length > 0 }
}

function phonesText(found: OverlayAnswer<UserHome>): string {
  if (found === 'no answer' || found.length === 0) return ''
  return found.some(({ contacts }) => contacts > 0) ? '' : ', no phone registered'
}

function destinationNote({ requestUri, source, sourceLabel }: CallQuestion, destination: Destination): Note {
  return {
    step: destination.kind === 'emergency' ? 'emergency' : 'destination',
    asked: `${requestUri} from ${source} ${sourceLabel}`,
    answer: destinationText(destination),
    why: destination.why,
  }
}

function destinationText(destination: Destination): string {
  switch (destination.kind) {
    case 'emergency':
      return `${destination.isTest ? 'emergency test' : 'emergency'} ${destination.number}`
    case 'user':
      return `user ${destination.aor.user}@${destination.aor.domain}`
    case 'number':
      return `number ${destination.number}`
    case 'overlay-user':
      return `user ${destination.aor.user}@${destination.aor.domain} of the overlay`
    case 'pbx':
      return `PBX domain ${destination.domain}, ${destinationText(destination.inside)}`
    case 'foreign':
      return `domain ${destination.host}`
    case 'nowhere':
      return 'nowhere'
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
