import { describe, expect, it } from 'vitest'
import { statusLine } from '../../../src/gateway/status-line.ts'
import { aBoxView } from '../../support/a-box-view.ts'

const noon = Date.UTC(2026, 10, 22, 12, 3)

function pbx(name: string, state: string) {
  return { name, domain: `${name}.example`, state, since: noon, why: 'it does not answer' }
}

function trunk(name: string, state: 'good' | 'failed', text: string) {
  return { name, state: { name, state, text }, calls: 0, maxCalls: 2 }
}

describe('the line that says how the box is', () => {
  it('counts phones and calls while all is well', () => {
    expect(statusLine(aBoxView(), false)).toBe('normal: 1 phone, 1 call')
    const busy = { ...aBoxView().status(), bindings: 3, callsNow: 0 }
    expect(statusLine(aBoxView({ status: () => busy }), false)).toBe('normal: 3 phones, 0 calls')
  })

  it('names a PBX that the box stands in for, since when, and lines that are down', () => {
    const box = aBoxView({
      pbxs: () => [pbx('main', 'survival'), pbx('depot', 'normal')],
      trunks: () => [trunk('acme', 'failed', 'silent'), trunk('other', 'good', 'answers')],
    })
    expect(statusLine(box, false, 'UTC')).toBe(
      'survival: 1 phone, 1 call; PBX main: survival since 12:03; trunk acme: silent',
    )
  })

  it('stays a line when much is wrong', () => {
    const trunks = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => trunk(name, 'failed', 'silent'))
    expect(statusLine(aBoxView({ trunks: () => trunks }), false)).toBe(
      'degraded: 1 phone, 1 call; trunk a: silent; trunk b: silent; trunk c: silent; trunk d: silent; and 2 more',
    )
  })

  it('says while it stops how many calls it waits for', () => {
    expect(statusLine(aBoxView(), true)).toBe('stopping: no new calls, 1 call left')
  })
})
