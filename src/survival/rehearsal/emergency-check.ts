import type { AorText } from '../../domain/aor.ts'
import type { CallQuestion, RoutePlan, RouteTarget } from '../../domain/route.ts'
import type { CheckResult } from './pass-sheet.ts'
import type { Probe } from './reach.ts'

/** A line to the telephone network. */
export interface OutsideLine {
  readonly name: string
  readonly healthy: boolean
  /** Channels. */
  readonly free: number
}

export interface EmergencyWorld {
  readonly users: readonly AorText[]
  /** `numbering.emergencyTestNumber`. */
  readonly testNumber: string | undefined
  /** Somebody is named who answers such calls, and may be called. */
  readonly isCalled: boolean
  question(from: string, to: string): CallQuestion
  /** The way of a test call to who answers it; makes nothing known to anybody. */
  routeTest(question: CallQuestion): Promise<{ readonly plan: RoutePlan }>
  readonly lines: () => readonly OutsideLine[]
  readonly probe: Pick<Probe, 'call'>
}

const advice = 'Without the PBX nobody here could call for help: see to a trunk of the box.'

/** A call for help would find a line without the PBX; the number that stands for it is dialled where that is allowed. */
export async function checkEmergency(
  world: EmergencyWorld,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { users, testNumber, isCalled, probe } = world
  const [caller] = users
  if (caller === undefined) return []
  if (testNumber === undefined) return [missing()]
  const question = world.question(caller, testNumber)
  const { plan } = await world.routeTest(question)
  const target = plan.kind === 'targets' ? firstWay(plan.targets, world.lines()) : undefined
  const result = (outcome: CheckResult['outcome'], text: string, tookMs = 0): CheckResult => {
    return {
      check: 'emergency',
      subject: testNumber,
      outcome,
      tookMs,
      text,
      ...(outcome === 'fail' && { advice }),
    }
  }
  if (!target) return [result('fail', whyNone(plan))]
  if (!isCalled) return [result('pass', `would go out by ${target.path} ${target.label}`)]
  const { status, tookMs } = await probe.call(target, question, signal)
  return status >= 200 && status < 300
    ? [result('pass', `was answered by ${target.path} ${target.label}`, tookMs)]
    : [result('fail', `was called by ${target.path} ${target.label}, which answered ${status}`, tookMs)]
}

/** The PBX is no way: it is to be gone. A trunk that is full is one, for room is made on it. */
function firstWay(targets: readonly RouteTarget[], lines: readonly OutsideLine[]): RouteTarget | undefined {
  const isWell = (name: string) => lines.some((line) => line.name === name && line.healthy)
  return targets.find(({ path, label }) => path !== 'pbx' && (path !== 'trunk' || isWell(label)))
}

function whyNone(plan: RoutePlan): string {
  if (plan.kind === 'refuse') return `would be refused: ${plan.status} ${plan.reason}, ${plan.why}`
  return 'there is no healthy trunk, and no other box with one'
}

function missing(): CheckResult {
  return {
    ...{ check: 'emergency', subject: 'test number', outcome: 'not-applicable', tookMs: 0 },
    text: 'no test number is configured',
    advice: 'Set numbering.emergencyTestNumber.',
  }
}
