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
import type { Site } from './site.ts'

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

  async route(question: CallQuestion): Promise<Route> {
    const steps: DecisionStep[] = []
    const note = (line: Note, tookMs = 0) =>
      steps.push({ atMs: Math.max(0, this.#clock.now() - question.at), tookMs, ...line })

    const destination = classifyDestination(question, this.#site)
    note(destinationNote(question, destination))
    let knowledge = localKnowledge(question, destination, this.#site)
    for (const lookUp of this.#lookUps(question, destination, knowledge)) {
      const from = this.#clock.now()
      const { learned, answer } = await this.#ask(lookUp)
      knowledge = { ...knowledge, ...learned }
      const asked = lookUp.kind === 'user' ? lookUp.aor : `pstn for ${lookUp.number}`
      note({ step: 'overlay', asked, answer, why: `bound ${lookUp.mostMs} ms` }, this.#clock.now() - from)
    }
    const { plan, notes } = planRoute(question, destination, knowledge)
    for (const line of notes) note(line)
    return { plan, steps }
  }

  #lookUps(question: CallQuestion, destination: Destination, knowledge: Knowledge): readonly LookUp[] {
    if (this.#site.overlays.domains().length === 0) return []
    return lookUpsFor(question, destination, knowledge)
  }

  async #ask(lookUp: LookUp): Promise<{ learned: Partial<Knowledge>; answer: string }> {
    const { overlays } = this.#site
    if (lookUp.kind === 'user') {
      const { found, answer } = await this.#within(lookUp, async (signal) => {
        const homes = (await overlays.findAor(lookUp.aor, signal)).map(({ peerName }) => peerName)
        return [...new Set(homes)].filter((peerName) => !overlays.isOwnPeerName(peerName))
      })
      return { learned: { homeBoxes: found }, answer: answer('home box', 'home boxes') }
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
