import { randomUUID } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { parseAor, printAor } from '../domain/aor.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import { EmergencyLegs } from '../edge/legs/emergency-legs.ts'
import type { BodyPart } from '../edge/legs/multipart-body.ts'
import type { LegPreparer } from '../edge/legs/prepared-leg.ts'
import type { CallRecords, Router } from '../edge/neighbours.ts'
import { CallShelf, type KeptValues } from '../emergency/call-shelf.ts'
import { callbackNumberOf } from '../emergency/callback-number.ts'
import { Callbacks } from '../emergency/callbacks.ts'
import { DeskMessages } from '../emergency/desk-messages.ts'
import { EmergencyCalls } from '../emergency/emergency-calls.ts'
import { EmergencyRouter } from '../emergency/emergency-router.ts'
import { printLocation } from '../emergency/location-document.ts'
import { type Place, Places } from '../emergency/places.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import type { Trunks } from '../trunk/trunks.ts'
import { RoutedDeskPhones, type RoutedDeskPhonesParts } from './desk-phones.ts'
import { witnessedByEmergencies } from './emergency-witness.ts'

export interface EmergencyServiceParts {
  readonly config: Config
  readonly numbers: DialPlan
  readonly trunks: Trunks
  readonly accounts: Accounts
  readonly notices: NoticeSink
  readonly settings: KeptValues
  readonly stack: RoutedDeskPhonesParts['stack']
  /** How calls are routed and sent that are none for help. */
  readonly router: Router
  readonly legs: LegPreparer
  /** Hangs up a call on a trunk; false when none may be. */
  makeRoom(trunk: string): Promise<boolean>
  readonly clock: Clock
  readonly log: Log
}

/** All that happens to calls for help besides their being routed: who hears of them, room, place, and calls back. */
export class EmergencyService {
  readonly calls: EmergencyCalls
  readonly router: Router
  readonly legs: LegPreparer
  /** In start order. */
  readonly parts: readonly Part[]
  readonly #parts: EmergencyServiceParts
  readonly #places: Places
  readonly #callbacks: Callbacks

  constructor(parts: EmergencyServiceParts) {
    const { config, settings, notices, accounts, router, legs, clock, log } = parts
    this.#parts = parts
    this.#places = new Places(config.emergency)
    this.#callbacks = new Callbacks(clock)
    const from = `sip:emergency@${config.sip.domains[0] ?? 'causeway.local'}`
    const desk = new DeskMessages({
      desk: config.emergency.desk.flatMap((name) => parseAor(name) ?? []),
      phones: new RoutedDeskPhones({ stack: parts.stack, router, legs, from, clock, log }),
      clock,
      log,
    })
    // Before a trunk is chosen it is known only where all show the same.
    const [first, second] = new Set(config.trunks.flatMap(({ callerId }) => callerId ?? []))
    const ofTrunks = second === undefined ? first : undefined
    this.calls = new EmergencyCalls({
      placeOf: (question) => this.#placeOf(question),
      callbackNumberOf: (question) => this.#ownNumberOf(question) ?? config.emergency.callerId ?? ofTrunks,
      displayNameOf: ({ caller }) => caller && accounts.byAor(caller)?.displayName,
      notices,
      desk,
      shelf: new CallShelf(settings, log),
      clock,
      log,
    })
    const { testAnswer } = config.emergency
    this.router = new EmergencyRouter({ router, calls: this.calls, callbacks: this.#callbacks, testAnswer })
    this.legs = this.#emergencyLegs()
    this.parts = [desk, this.calls]
  }

  records(records: CallRecords): CallRecords {
    return witnessedByEmergencies(records, this.calls)
  }

  /** Rescuers call back. */
  readonly isCallback = ({ source, requestUri }: Pick<CallQuestion, 'source' | 'requestUri'>): boolean => {
    const number = source === 'trunk' ? this.#parts.numbers.readFromTrunk(requestUri) : undefined
    return number !== undefined && this.#callbacks.callerAt(number) !== undefined
  }

  #emergencyLegs(): LegPreparer {
    const { config, numbers, trunks, legs, makeRoom } = this.#parts
    const entryOf = (name: string) => config.trunks.find((trunk) => trunk.name === name)
    const shown = {
      ownNumberOf: (question: CallQuestion) => this.#ownNumberOf(question),
      ofSite: config.emergency.callerId,
      ofTrunk: (name: string) => entryOf(name) ?? {},
    }
    return new EmergencyLegs({
      legs,
      makeRoom,
      freeOn: (name) => trunks.all().find((trunk) => trunk.name === name)?.free ?? 0,
      numberOn: (name, number) => numbers.emergencyNumberAbroad(number, entryOf(name)?.numbers.country),
      callbackNumberOf: (question, trunk) => callbackNumberOf(question, trunk, shown),
      expectCallback: (number, { caller, from }) =>
        this.#callbacks.expect(number, caller ? printAor(caller) : from),
      locationFor: (target, question) => this.#locationFor(target, question),
    })
  }

  #ownNumberOf({ caller, from }: CallQuestion): E164 | undefined {
    const { accounts, numbers } = this.#parts
    const own = caller && accounts.byAor(caller)?.numbers[0]
    if (own !== undefined) return own
    const claimed = numbers.readFromTrunk(from)
    return claimed !== undefined && numbers.didOf(claimed) ? claimed : undefined
  }

  /** Other boxes send along where their callers are: it is not here. A PBX tells which of its phones is calling. */
  #placeOf({ source, caller, from, sourceAddress }: CallQuestion): Place | undefined {
    if (source === 'overlay') return undefined
    return this.#places.of(source === 'pbx' ? parseAor(from) : caller, sourceAddress)
  }

  #locationFor({ path, label }: RouteTarget, question: CallQuestion): BodyPart | undefined {
    const { config, clock } = this.#parts
    const isWanted =
      path === 'overlay' ||
      (path === 'trunk' &&
        config.trunks.some((trunk) => trunk.name === label && trunk.emergencyLocation === 'pidf-lo'))
    if (!isWanted) return undefined
    const place = this.#placeOf(question)
    const entity = question.caller ? printAor(question.caller) : question.from
    const { country } = config.numbering
    const body =
      question.locationDocument ?? (place && printLocation(place, { entity, country, at: clock.now() }))
    return body === undefined
      ? undefined
      : { type: 'application/pidf+xml', id: `${randomUUID()}@causeway`, body }
  }
}
