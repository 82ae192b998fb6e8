import { beforeEach, describe, expect, it } from 'vitest'
import { PhoneRoll, type SitePhone } from '../../../../src/survival/outages/phone-roll.ts'

function phone(user: string, isAtPbx: boolean, more: Partial<SitePhone> = {}): SitePhone {
  const aor = `sip:${user}@office.example`
  const place = { address: '192.0.2.1', port: 5060 }
  return { aor, device: 'one', userAgent: 'Snom', ...place, lastSeen: 1, isAtPbx, ...more }
}

let roll: PhoneRoll

beforeEach(() => {
  roll = new PhoneRoll()
})

describe('the phones of an outage', () => {
  it('move to the box and come home again', () => {
    roll.lookAt([phone('201', true), phone('202', true)], 'verdict')
    expect(roll.phones(true)).toMatchObject({ known: 2, moved: 0, home: 2, away: 0 })
    roll.lookAt([phone('201', false), phone('202', true)], 'standing-in')
    expect(roll.phones(true)).toMatchObject({ known: 2, moved: 1, home: 1, away: 1 })
    roll.lookAt([phone('201', false), phone('202', true)], 'returned')
    expect(roll.phones(true).awayList.map(({ aor }) => aor)).toEqual(['sip:201@office.example'])
    roll.lookAt([phone('201', true), phone('202', true)], 'returned')
    expect(roll.phones(true)).toMatchObject({ known: 2, moved: 1, home: 2, away: 0, awayList: [] })
  })

  it('are away when they vanish, as they were last seen', () => {
    roll.lookAt([phone('201', true)], 'verdict')
    roll.lookAt([phone('201', false, { lastSeen: 50, userAgent: 'Snom 2' })], 'standing-in')
    roll.lookAt([], 'returned')
    expect(roll.phones(true)).toMatchObject({ moved: 1, home: 0, away: 1 })
    expect(roll.phones(true).awayList).toMatchObject([{ lastSeen: 50, userAgent: 'Snom 2' }])
  })

  it('are away when they vanish while the box stands in, and are home when they are back', () => {
    roll.lookAt([phone('201', true)], 'verdict')
    roll.lookAt([], 'standing-in')
    expect(roll.phones(false)).toMatchObject({ home: 0, away: 1 })
    roll.lookAt([phone('201', true)], 'returned')
    expect(roll.phones(false)).toMatchObject({ home: 1, away: 0 })
  })

  it('have come home even when they are switched off afterwards', () => {
    roll.lookAt([phone('201', true)], 'verdict')
    roll.lookAt([phone('201', true)], 'returned')
    roll.lookAt([], 'returned')
    expect(roll.phones(true).away).toBe(0)
  })

  it('are expected at the PBX when they first came while it was gone', () => {
    roll.lookAt([], 'verdict')
    roll.lookAt([phone('203', false)], 'standing-in')
    expect(roll.phones(true)).toMatchObject({ known: 0, moved: 1, away: 1 })
  })

  it('stay where they are when they were registered at the box all along', () => {
    roll.lookAt([phone('204', false)], 'verdict')
    roll.lookAt([phone('204', false)], 'standing-in')
    roll.lookAt([phone('204', false)], 'returned')
    expect(roll.phones(true)).toMatchObject({ known: 0, moved: 0, away: 0 })
  })

  it('are told apart by device', () => {
    const other = { device: 'two' }
    roll.lookAt([phone('201', true), phone('201', true, other)], 'verdict')
    roll.lookAt([phone('201', false), phone('201', false, other)], 'standing-in')
    roll.lookAt([phone('201', true)], 'returned')
    expect(roll.phones(true)).toMatchObject({ known: 2, moved: 2, home: 1, away: 1 })
  })

  it.each([
    ['first', [phone('201', false), phone('201', true)]],
    ['last', [phone('201', true), phone('201', false)]],
  ])('are at the PBX when one of two registrations of a device is; the one at the box comes %s', (_, two) => {
    roll.lookAt(two, 'verdict')
    roll.lookAt(two, 'standing-in')
    expect(roll.phones(true)).toMatchObject({ known: 1, home: 1 })
  })

  it('are the same after they were kept and read again', () => {
    roll.lookAt([phone('201', true), phone('202', true)], 'verdict')
    roll.lookAt([phone('201', false), phone('202', true)], 'standing-in')
    const again = new PhoneRoll(JSON.parse(JSON.stringify(roll.entries)))
    expect(again.phones(true)).toEqual(roll.phones(true))
    again.lookAt([phone('201', true), phone('202', true)], 'returned')
    expect(again.phones(true).away).toBe(0)
  })
})
