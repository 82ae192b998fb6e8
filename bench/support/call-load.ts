import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import { SippRun } from '../../test/support/sipp-run.ts'
import { cpuSeconds } from './cpu-time.ts'
import type { SipSystem } from './sip-system.ts'

/** What one rate did to one system. */
export interface LoadResult {
  readonly callsPerSecond: number
  readonly calls: number
  readonly successShare: number
  /** CPU seconds for a thousand calls, the same as milliseconds for one. */
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

export async function loadWith(
  system: SipSystem,
  callsPerSecond: number,
  seconds: number,
): Promise<LoadResult> {
  const calls = callsPerSecond * seconds
  const run = new SippRun({
    scenario,
    target: system.target,
    port: await freePort(),
    calls,
    rate: callsPerSecond,
    limit: 15_000,
    keys: { called: system.called },
    timeoutSeconds: seconds + 20,
    holdMs: 1_000,
    ignoresUnexpected: true,
    toleratesFailures: true,
    keepsTimes: true,
  })
  const cpuBefore = cpuSeconds(system.pid)
  const begin = performance.now()
  const stats = await run.run()
  const took = (performance.now() - begin) / 1_000
  const cpu = cpuSeconds(system.pid) - cpuBefore
  const share = (fraction: number) => stats.times[Math.floor(stats.times.length * fraction)] ?? Number.NaN
  return {
    callsPerSecond,
    calls,
    successShare: stats.successful / calls,
    cpuPerThousand: (cpu / calls) * 1_000,
    p50Ms: share(0.5),
    p99Ms: share(0.99),
    retransmissions: stats.retransmissions,
    isOffered: stats.successful < calls || took < seconds * 1.25 + 3,
  }
}
