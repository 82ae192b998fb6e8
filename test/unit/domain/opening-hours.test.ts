import { describe, expect, it } from 'vitest'
import { isOpenAt, readOpeningHours, readOpeningSpan } from '../../../src/domain/opening-hours.ts'

const berlin = 'Europe/Berlin'
// 2026-11-23 is a Monday; Berlin is an hour ahead of UTC then, and two in July.
const at = (text: string) => Date.parse(text)

describe('opening hours', () => {
  it.each([
    ['mon-fri 08:00-18:00', '2026-11-23T07:00:00Z', true],
    ['mon-fri 08:00-18:00', '2026-11-23T06:59:59Z', false],
    ['mon-fri 08:00-18:00', '2026-11-23T16:59:59Z', true],
    ['mon-fri 08:00-18:00', '2026-11-23T17:00:00Z', false],
    ['mon-fri 08:00-18:00', '2026-11-22T12:00:00Z', false],
    ['mon-fri 08:00-18:00', '2026-07-20T06:00:00Z', true],
    ['sat,sun 10:00-14:00', '2026-11-22T12:00:00Z', true],
    ['sat-mon 10:00-14:00', '2026-11-23T12:00:00Z', true],
    ['sat-mon 10:00-14:00', '2026-11-24T12:00:00Z', false],
    ['daily 22:00-06:00', '2026-11-23T04:00:00Z', true],
    ['daily 22:00-06:00', '2026-11-23T05:00:00Z', false],
    ['fri 22:00-06:00', '2026-11-28T04:00:00Z', true],
    ['fri 22:00-06:00', '2026-11-27T04:00:00Z', false],
    ['daily 00:00-24:00', '2026-11-23T22:59:59Z', true],
  ])('"%s" at %s: %s', (text, moment, isOpen) => {
    expect(isOpenAt(readOpeningHours([text]), at(moment), berlin)).toBe(isOpen)
  })

  it('are open when one of several spans is', () => {
    const hours = readOpeningHours(['mon 08:00-12:00', 'mon 13:00-17:00'])
    expect(isOpenAt(hours, at('2026-11-23T12:30:00Z'), berlin)).toBe(true)
    expect(isOpenAt(hours, at('2026-11-23T11:30:00Z'), berlin)).toBe(false)
  })

  it.each([
    '',
    'mon',
    'mon 8-18',
    'mon 08:00-25:00',
    'xyz 08:00-18:00',
    'mon 08:60-09:00',
    'mon 08:00-08:00',
  ])('are not "%s"', (text) => expect(readOpeningSpan(text)).toBeUndefined())
})
