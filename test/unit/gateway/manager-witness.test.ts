import { describe, expect, it } from 'vitest'
import { witnessByManager } from '../../../src/gateway/manager-witness.ts'

describe('the manager connection of a PBX', () => {
  it('is told to its watch when it comes and goes, and not with every change behind it', () => {
    let contacts: { contacts: [] } | undefined
    let changed = () => undefined as unknown
    const told: unknown[] = []
    const phones = {
      state: () => contacts,
      onChange: (listener: () => void) => {
        changed = listener
      },
    }
    witnessByManager([{ name: 'main', domain: 'pbx.example', phones }], {
      managerSaw: (...what) => told.push(what),
    })
    changed()
    contacts = { contacts: [] }
    changed()
    changed()
    contacts = undefined
    changed()
    expect(told).toEqual([
      ['main', true],
      ['main', false],
    ])
  })
})
