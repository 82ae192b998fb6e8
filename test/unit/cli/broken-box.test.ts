import { describe, expect, it } from 'vitest'
import { stopBrokenBox } from '../../../src/cli/broken-box.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { CollectedLog } from '../../support/collected-log.ts'

function broken(stop: () => Promise<void>) {
  const [clock, log] = [new FakeClock(), new CollectedLog()]
  let ended = 0
  const stopped = stopBrokenBox({ box: { stop }, clock, log, end: () => ended++ })
  return { clock, log, stopped, ended: () => ended }
}

describe('a box whose engine has died', () => {
  it('stops', async () => {
    const { stopped, ended, log } = broken(async () => undefined)
    await stopped
    expect([ended(), log.lines]).toEqual([0, []])
  })

  it('ends at once when a part has waited for the engine for ten seconds, and says why', async () => {
    const { clock, stopped, ended, log } = broken(() => new Promise(() => undefined))
    clock.advance(9_999)
    expect(ended()).toBe(0)
    clock.advance(1)
    await stopped
    expect(ended()).toBe(1)
    expect(log.lines.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('the engine has died'),
    ])
  })

  it('that cannot stop says so', async () => {
    const { stopped } = broken(async () => Promise.reject(new Error('a bug')))
    await expect(stopped).rejects.toThrow('a bug')
  })
})
