import { describe, expect, it } from 'vitest'
import {
  answering,
  nextWatch,
  type PeerWatch,
  type WatchAction,
  type WatchEvent,
  watchLimits,
} from '../../../src/overlay/membership/peer-watch.ts'

const limits = watchLimits(20, false)
const tick = (at: number, of = limits): WatchEvent => ({ type: 'tick', at, limits: of })

/** Runs the events through the machine; what it did, with the state at the end. */
function course(...events: readonly WatchEvent[]): { watch: PeerWatch; did: readonly WatchAction[] } {
  let watch = answering
  const did: WatchAction[] = []
  for (const event of events) {
    const [next, ...actions] = nextWatch(watch, event)
    watch = next
    did.push(...actions)
  }
  return { watch, did }
}

describe('the watch over one peer', () => {
  const pinged: WatchEvent = { type: 'pinged', at: 0 }

  it('an answer in time is nothing to talk about', () => {
    expect(course(pinged, tick(750), { type: 'answered' })).toEqual({ watch: answering, did: [] })
  })

  it('others are asked after a second, once', () => {
    expect(course(pinged, tick(1_000), tick(1_250)).did).toEqual([{ do: 'ask-others' }])
  })

  it('a box that nobody reaches is doubted aloud, and dropped when patience ends', () => {
    const { watch, did } = course(
      ...[pinged, tick(1_000), { type: 'others-do-not', since: 0 } as const],
      ...[tick(3_750), tick(4_000)],
    )
    expect(did).toEqual([{ do: 'ask-others' }, { do: 'spread-doubt' }, { do: 'drop', because: 'silent' }])
    expect(watch).toBe(answering)
  })

  it('a box that stood still for two seconds stays', () => {
    const did = course(pinged, tick(1_000), { type: 'others-do-not', since: 0 }, tick(2_000), {
      type: 'answered',
    }).did
    expect(did).not.toContainEqual({ do: 'drop', because: 'silent' })
  })

  it('a path is given up half a second after others reached the box', () => {
    const reached: WatchEvent = { type: 'others-reach-it', at: 1_100, since: 0 }
    const { did } = course(pinged, tick(1_000), reached, tick(1_500), tick(1_750))
    expect(did.at(-1)).toEqual({ do: 'drop', because: 'path' })
    const late = course(pinged, tick(1_000), reached, { type: 'answered' }, tick(1_750))
    expect(late.did).toEqual([{ do: 'ask-others' }])
  })

  it('what others found out about an earlier silence does not count', () => {
    const again = course(
      pinged,
      tick(1_000),
      { type: 'answered' },
      { type: 'pinged', at: 2_000 },
      tick(3_000),
    )
    const [watch, ...actions] = nextWatch(again.watch, { type: 'others-reach-it', at: 3_050, since: 0 })
    expect(watch.name).toBe('doubted')
    expect(actions).toEqual([])
  })

  it('a path in use is dropped within three seconds, half a second between pings included', () => {
    expect(watchLimits(20, true).dropAfter + 500 + 250).toBeLessThanOrEqual(3_000)
    expect(course(pinged, tick(1_000), tick(2_250, watchLimits(20, true))).did.at(-1)).toMatchObject({
      do: 'drop',
    })
  })

  it('a far box has more time', () => {
    const satellite = watchLimits(1_800, true)
    expect(satellite.doubtAfter).toBe(5_400)
    expect(satellite.dropAfter).toBeGreaterThan(satellite.doubtAfter)
  })
})
