import { setTimeout as passes } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OverlayView } from '../../../src/admin/overlay-view.ts'
import { overlayWords } from '../../support/overlay-words.ts'
import { type BoxConfig, TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

const village = 'village.example'

function config(name: string): Partial<BoxConfig> {
  return {
    box: { name },
    overlays: [{ domain: village, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }],
  }
}

/** The overlay sees the difference between a box that stands still, one that hangs, and one that was killed. */
describe('a box that does not run', () => {
  const watcher = new TestBox({ config: config('watcher') })
  const sleeper = new TestBox({ config: config('sleeper') })

  const seesTheOther = async (box: TestBox) => {
    const { overlays } = await box.ask<{ overlays: OverlayView[] }>('/api/overlay')
    return overlays[0]?.peers.some(({ connected }) => connected) ?? false
  }
  const losses = (box: TestBox) => box.log.filter((line) => line.includes('a box was lost')).length

  beforeAll(async () => {
    await overlayWords(watcher, 'create', village)
    await watcher.start()
    const { text } = await overlayWords(watcher, 'invite')
    await overlayWords(sleeper, 'join', text.trim().split(/\s+/).at(-1) ?? '')
    await sleeper.start()
    await eventually(15_000, 'the boxes to meet', () => seesTheOther(watcher))
  }, 90_000)

  afterAll(async () => {
    await watcher.stop()
    await sleeper.stop()
  })

  it('stays connected when it stands still for two seconds', async () => {
    process.kill(sleeper.pid, 'SIGSTOP')
    await passes(2_000)
    process.kill(sleeper.pid, 'SIGCONT')
    // Both have answered a ping since: what was doubted is settled.
    for (const box of [watcher, sleeper]) expect((await overlayWords(box, 'ping', village)).code).toBe(0)
    expect(losses(watcher)).toBe(0)
    expect(losses(sleeper)).toBe(0)
  })

  it('is lost within ten seconds when it hangs, and back soon after it runs again', async () => {
    process.kill(sleeper.pid, 'SIGSTOP')
    const stoppedAt = Date.now()
    await eventually(10_000, 'the hanging box to be lost', () => losses(watcher) === 1)
    console.info(`a hanging box was lost after ${Date.now() - stoppedAt} ms`)
    process.kill(sleeper.pid, 'SIGCONT')
    for (const box of [watcher, sleeper])
      await eventually(20_000, 'the box to be back', () => seesTheOther(box))
  })

  it('is lost at once when it is killed', async () => {
    const before = losses(watcher)
    const killedAt = Date.now()
    await sleeper.kill()
    await eventually(3_000, 'the killed box to be lost', () => losses(watcher) === before + 1)
    console.info(`a killed box was lost after ${Date.now() - killedAt} ms`)
  })
})
