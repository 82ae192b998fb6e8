import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { KnowledgeRefresh } from '../../../../src/survival/knowledge/knowledge-refresh.ts'
import { nothingKnown } from '../../../../src/survival/knowledge/merged-knowledge.ts'
import { CollectedLog } from '../../../support/collected-log.ts'

describe('knowledge refresh', () => {
  it('asks when the PBX is there, then each hour; sooner after a failure, which is told once', async () => {
    const clock = new FakeClock()
    const log = new CollectedLog()
    const pass = async (minutes: number) => {
      for (let step = 0; step < minutes * 6; step++) {
        clock.advance(10_000)
        await new Promise(setImmediate)
      }
    }
    const asked: number[] = []
    let isAway = false
    let isThere: () => void = () => undefined
    const refresh = new KnowledgeRefresh({
      pbxs: [
        {
          name: 'office',
          tell: async () => {
            if (isAway) throw new Error('away')
            return nothingKnown
          },
          onThere: (listener) => {
            isThere = listener
          },
        },
      ],
      known: { import: async () => void asked.push(clock.now()) },
      clock,
      log,
    })
    await refresh.start()
    isThere()
    const begin = clock.now()
    await pass(62)
    expect(asked.map((at) => at - begin)).toEqual([10_000, 3_610_000])
    isAway = true
    await pass(70)
    isAway = false
    await pass(5)
    expect(asked).toHaveLength(3)
    expect(log.lines.filter(({ sentence }) => sentence.includes('not asked'))).toHaveLength(1)
    await refresh.stop()
    await pass(120)
    expect(asked).toHaveLength(3)
  })
})
