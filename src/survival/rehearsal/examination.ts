import type { Aor, AorText } from '../../domain/aor.ts'
import type { CallQuestion, RoutePlan } from '../../domain/route.ts'
import { checkDialling } from './dialling-check.ts'
import { checkDirectNumbers, type DirectNumber } from './did-check.ts'
import { checkEmergency, type OutsideLine } from './emergency-check.ts'
import { checkGroups, groupsOf, type RehearsedGroup, wholeGroups } from './group-check.ts'
import { checkKnowledge } from './knowledge-check.ts'
import { checkOtherSite, type JoinedSites } from './other-site-check.ts'
import { checkOutside } from './outside-check.ts'
import type { CheckResult } from './pass-sheet.ts'
import { type Probe, Reach } from './reach.ts'

type Routed = Promise<{ readonly plan: RoutePlan }>

/** The box as a rehearsal examines it. */
export interface ExaminedBox {
  /** What a call from one to the other asks; `from` and `to` as in `causeway route`. */
  question(from: string, to: string): CallQuestion
  route(question: CallQuestion): Routed
  /** As `route`, for a test of calls for help: to who answers it. */
  routeTest(question: CallQuestion): Routed
  readonly probe: Probe
  shortNumberOf(user: AorText): string
  groups(): readonly RehearsedGroup[]
  /** Direct numbers of users and groups in this domain. */
  directNumbersIn(domain: string): readonly DirectNumber[]
  /** What the box should know of the PBX of this domain and does not, a sentence each. */
  faultsIn(domain: string): readonly string[]
  /** The user or group that a name stands for. */
  resolve(name: Aor): Aor | undefined
  lines(): readonly OutsideLine[]
  /** Each proves itself first: a rehearsal tells of today. */
  overlays(): Promise<readonly JoinedSites[]>
  readonly emergencyTestNumber: string | undefined
  readonly emergencyTestIsAnswered: boolean
  readonly farUser: string | undefined
}

export interface Examined {
  readonly domain: string
  readonly users: readonly AorText[]
  readonly ring: boolean
  /** Users were picked one by one: what is wrong elsewhere at the PBX is no matter of theirs. */
  readonly isPicked: boolean
}

/** Looks at everything that the users need when their PBX is gone; each check tells its results when it has them. */
export class Examination {
  readonly #box: ExaminedBox

  constructor(box: ExaminedBox) {
    this.#box = box
  }

  /** The users, and the groups that consist of them. */
  namesOf({ users }: Pick<Examined, 'users'>): readonly AorText[] {
    return [...users, ...wholeGroups(this.#box.groups(), users)]
  }

  /** Resolves when all checks have told. Rejects only on a bug. */
  async run(
    examined: Examined,
    onResults: (results: readonly CheckResult[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const checks = this.#checks(examined, signal)
    await Promise.all(checks.map(async (check) => onResults(await check)))
  }

  #checks(
    { domain, users, ring, isPicked }: Examined,
    signal: AbortSignal,
  ): readonly Promise<readonly CheckResult[]>[] {
    const box = this.#box
    const { probe } = box
    const groups = box.groups()
    const reach = new Reach({
      question: (from, to) => box.question(from, to),
      route: (question) => box.route(question),
      probe,
    })
    const [line] = box.lines()
    const numbers = box.directNumbersIn(domain)
    const lost = numbers.flatMap(({ number, to }) => (box.resolve(to) ? [] : [number]))
    const faults = isPicked ? [] : [checkKnowledge(box.faultsIn(domain), lost)]
    return [
      checkDialling({ users, reach, probe, ring, shortNumberOf: (user) => box.shortNumberOf(user) }, signal),
      checkGroups({ users, groups: groupsOf(groups, users), reach }, signal),
      checkDirectNumbers(
        {
          numbers,
          isOwnOnly: isPicked,
          rehearsed: new Set(this.namesOf({ users })),
          resolve: (name) => box.resolve(name),
          trunk: line && `trunk:${line.name}`,
          reach,
        },
        signal,
      ),
      checkEmergency(
        {
          users,
          testNumber: box.emergencyTestNumber,
          isCalled: ring && box.emergencyTestIsAnswered,
          question: (from, to) => box.question(from, to),
          routeTest: (question) => box.routeTest(question),
          lines: () => box.lines(),
          probe,
        },
        signal,
      ),
      checkOtherSite({ users, overlays: () => box.overlays(), farUser: box.farUser, reach }, signal),
      ...faults.map((results) => Promise.resolve(results)),
      Promise.resolve(checkOutside(box.lines())),
    ]
  }
}
