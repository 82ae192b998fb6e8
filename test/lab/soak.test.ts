import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SoakReport } from '../soak/soak-report.ts'
import { ChildProgram } from '../support/child-program.ts'

const program = fileURLToPath(new URL('../soak/soak.ts', import.meta.url))
const secondsOfTraffic = 60
const callsPerSecond = 50
const boundMs = 300_000

test(
  'a minute of calls beside malformed traffic: no call fails, nothing is left open',
  async () => {
    const soak = await ChildProgram.start({
      command: process.execPath,
      args: [
        program,
        '--seconds',
        String(secondsOfTraffic),
        '--rate',
        String(callsPerSecond),
        '--forgive-overload',
        '--json',
      ],
    })
    try {
      const code = await soak.exited(boundMs - 10_000)
      const report = reportIn(soak.lines)
      expect(report?.faults, soak.lastWords).toEqual([])
      expect(report?.goodCalls).toBeGreaterThan(0.9 * secondsOfTraffic * callsPerSecond)
      expect(Math.min(...Object.values(report?.malformedSent ?? { none: 0 }))).toBeGreaterThan(0)
      expect(code).toBe(0)
    } finally {
      await soak.stop()
    }
  },
  boundMs,
)

/** Both streams are in one list: what is not the report is told by whole lines. */
function reportIn(lines: readonly string[]): SoakReport | undefined {
  const begin = lines.indexOf('{')
  const end = lines.lastIndexOf('}')
  return begin < 0 ? undefined : (JSON.parse(lines.slice(begin, end + 1).join('\n')) as SoakReport)
}
