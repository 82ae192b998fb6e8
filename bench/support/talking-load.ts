import { freePort } from '../../test/support/free-port.ts'
import { callerFields, registerFields } from '../../test/support/sipp-fields.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { AnswerProbe } from './answer-probe.ts'
import { cpuSeconds } from './cpu-time.ts'
import type { PackagedBox } from './packaged-box.ts'
import { quantile } from './quantile.ts'
import { registrarDomain } from './registrar-system.ts'

/** What phones that call and register did to a box. */
export interface TalkingResult {
  readonly callsPerSecond: number
  /** Calls that talk at the same time. */
  readonly standing: number
  readonly registrationsPerSecond: number
  /** Of the calls, 0 to 1. */
  readonly answered: number
  /** Of the registrations, 0 to 1. */
  readonly registered: number
  /** Of one processor, 0 to 1, while calls came in. */
  readonly processor: number
  /** INVITE to 200, milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** False when SIPp could not place the calls at this rate. */
  readonly isOffered: boolean
}

export interface TalkingLoad {
  readonly callsPerSecond: number
  /** How long each of them lasts. */
  readonly talkSeconds: number
  /** For how long new ones come. */
  readonly seconds: number
  /** Each phone registers anew so often. */
  readonly refreshSeconds: number
}

const probesPerSecond = 2
const graceSeconds = 30
const keptSeconds = 3_600
const unusedPort = 40_000

/** Phones call each other with digest, and register anew all the while. */
export async function talkingLoad(box: PackagedBox, load: TalkingLoad): Promise<TalkingResult> {
  const { callsPerSecond, talkSeconds, seconds, refreshSeconds } = load
  const { users, called, target } = box
  const perSecond = users.length / refreshSeconds
  const calls = new SippRun({
    scenario: 'caller',
    target,
    port: await freePort(),
    calls: callsPerSecond * seconds,
    rate: callsPerSecond,
    limit: 50_000,
    holdMs: talkSeconds * 1_000,
    fields: users.map((user, place) =>
      callerFields(user, `secret-${user}`, registrarDomain, called[place % called.length] ?? user),
    ),
    timeoutSeconds: seconds + talkSeconds + graceSeconds,
    toleratesFailures: true,
  })
  const registrations = Math.floor(perSecond * seconds)
  const others = users.filter((user) => !called.includes(user))
  const registers = await registering(box.target, others, { registrations, perSecond })
  const cpuBefore = cpuSeconds(box.pid)
  const begin = performance.now()
  const placed = calls.run().then((stats) => ({ stats, took: (performance.now() - begin) / 1_000 }))
  const probe = new AnswerProbe({ target, called: `${called[0]}@${registrarDomain}` })
  const [times, registered] = await Promise.all([probe.run(probesPerSecond, seconds), registers.run()])
  const cpu = cpuSeconds(box.pid) - cpuBefore
  const busyFor = (performance.now() - begin) / 1_000
  const { stats, took } = await placed
  return {
    callsPerSecond,
    standing: callsPerSecond * talkSeconds,
    registrationsPerSecond: perSecond,
    answered: stats.successful / (callsPerSecond * seconds),
    registered: registered.successful / registrations,
    processor: cpu / busyFor,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    isOffered: took < (seconds + talkSeconds) * 1.1 + 3,
  }
}

/**
 * SIPp that registers the users in turn. Without `port` from one that nobody can be called at: the box calls a phone where
 * its REGISTER came from.
 */
export async function registering(
  target: string,
  users: readonly string[],
  { registrations, perSecond, port }: { registrations: number; perSecond: number; port?: number },
): Promise<SippRun> {
  return new SippRun({
    scenario: 'register',
    target,
    port: port ?? (await freePort()),
    calls: registrations,
    rate: Math.max(1, Math.round(perSecond)),
    limit: 50_000,
    fields: users.map((user) => registerFields(user, `secret-${user}`, registrarDomain, keptSeconds)),
    keys: { contact_port: String(port ?? unusedPort), contact_transport: 'udp' },
    timeoutSeconds: Math.ceil(registrations / perSecond) + graceSeconds,
    toleratesFailures: true,
  })
}
