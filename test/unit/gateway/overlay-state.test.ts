import { describe, expect, it } from 'vitest'
import { isolationOf, overlayState } from '../../../src/gateway/overlay-state.ts'
import type { OverlayHealth, OverlayStatus } from '../../../src/overlay/overlay.ts'

function overlay(state: OverlayHealth['state'], disconnectedSince?: number, clockWarning?: string) {
  const health = { state, why: 'so it is' } as OverlayHealth
  return {
    domain: 'town.example',
    health: () => health,
    status: () => ({ disconnectedSince, clockWarning }) as OverlayStatus,
  }
}

describe('an overlay as a part of the box', () => {
  it('is good when proven, failed when isolated, and degraded otherwise', () => {
    expect(overlayState(overlay('proven'))).toEqual({
      ...{ name: 'overlay town.example', state: 'good', text: 'so it is' },
    })
    expect(overlayState(overlay('isolated')).state).toBe('failed')
    expect(overlayState(overlay('unproven')).state).toBe('degraded')
    expect(overlayState(overlay('alone')).state).toBe('degraded')
  })

  it('is not good while the box is warned of something that will go wrong', () => {
    expect(overlayState(overlay('proven', undefined, 'set the clock'))).toMatchObject({
      ...{ state: 'degraded', text: 'so it is; set the clock' },
    })
  })

  it('keeps the box from being ready ten seconds after the last other box went', () => {
    expect(isolationOf(overlay('isolated', 1_000), 10_999)).toBeUndefined()
    expect(isolationOf(overlay('isolated', 1_000), 11_000)).toBe('overlay town.example: so it is')
    expect(isolationOf(overlay('alone', 1_000), 60_000)).toBeUndefined()
    expect(isolationOf(overlay('proven'), 60_000)).toBeUndefined()
  })
})
