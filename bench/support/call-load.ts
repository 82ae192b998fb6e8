import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { AnswerProbe } from './answer-probe.ts'
import { cpuSeconds } from './cpu-time.ts'
import { quantile } from './quantile.ts'
import type { SipSystem } from './sip-system.ts'

/** What one rate did to one system. */
export interface LoadResult {
  readonly callsPerSecond: number
  /** Of SIPp's calls, 0 to 1. */
  readonly successShare: number
  /** CPU seconds for a thousand calls, the same as milliseconds for one; what the system does when idle is in it. */
  readonly cpuPerThousand: number
  /** INVITE to 200 at the caller, milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** Repeated messages of the caller: a sign of overload before calls fail. */
  readonly retransmissions: number
  /** False when SIPp itself could not place the calls at this rate. */
  readonly isOffered: boolean
}

const scenario = fileURLToPath(new URL('./scenarios/caller.xml', import.meta.url))
const probesPerSecond = 40
const holdMs = 20

/** Places `callsPerSecond` new calls a second, the probe's among them, for some seconds. */
export async function loadWith(
  system: SipSystem,
  callsPerSecond: number,
  seconds: number,
): Promise<LoadResult> {
  const rate = callsPerSecond - probesPerSecond
  const calls = rate * seconds
  const run = new SippRun({
    scenario,
    target: system.target,
    port: await freePort(),
    calls,
    rate,
    limit: 50_000,
    holdMs,
    keys: { called: system.called },
    timeoutSeconds: seconds + 20,
    toleratesFailures: true,
  })
  const cpuBefore = cpuSeconds(system.pid)
  const begin = performance.now()
  const sipp = run.run().then((stats) => ({ stats, took: (performance.now() - begin) / 1_000 }))
  const [{ stats, took }, times] = await Promise.all([
    sipp,
    new AnswerProbe(system).run(probesPerSecond, seconds),
  ])
  const cpu = cpuSeconds(system.pid) - cpuBefore
  return {
    callsPerSecond,
    successShare: stats.successful / calls,
    cpuPerThousand: (cpu / (callsPerSecond * seconds)) * 1_000,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    retransmissions: stats.retransmissions,
    isOffered: stats.successful < calls || took < seconds * 1.25 + 2,
  }
}
