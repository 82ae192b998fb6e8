import { describe, expect, it } from 'vitest'
import {
  causeInReason,
  causeOfStatus,
  nameOfCause,
  reasonOfCause,
  statusOfCause,
} from '../../../src/domain/q850.ts'

describe('causes of the telephone network', () => {
  it.each([
    [1, 404],
    [17, 486],
    [19, 480],
    [21, 403],
    [22, 410],
    [27, 502],
    [28, 484],
    [34, 503],
    [42, 503],
    [102, 504],
  ])('cause %i is %i in SIP (RFC 3398 §8.2.6)', (cause, status) => {
    expect(statusOfCause(cause)).toBe(status)
  })

  it.each([
    [404, 1],
    [486, 17],
    [480, 18],
    [487, 16],
    [503, 41],
    [603, 21],
    [200, 16],
    [599, 41],
    [499, 31],
  ])('status %i is cause %i in the telephone network (RFC 3398 §8.2.6.1)', (status, cause) => {
    expect(causeOfStatus(status)).toBe(cause)
  })

  it('treats a cause it does not know as its class: congestion is never a person who says no', () => {
    expect(statusOfCause(30)).toBe(480)
    expect(statusOfCause(46)).toBe(503)
    expect(statusOfCause(126)).toBe(500)
    expect(nameOfCause(126)).toBe('cause 126')
  })

  it.each([
    ['Q.850;cause=17;text="User busy"', 17],
    ['SIP;cause=486;text="Busy Here", Q.850 ;text="busy"; cause=34', 34],
    ['q.850;cause=1', 1],
    ['SIP;cause=200;text="Call completed elsewhere"', undefined],
    ['Q.850;cause=999', undefined],
    ['Q.850;cause=0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads the Reason header %s', (reason, cause) => {
    expect(causeInReason(reason)).toBe(cause)
  })

  it('writes what it reads', () => {
    expect(reasonOfCause(17)).toBe('Q.850;cause=17;text="user busy"')
    expect(causeInReason(reasonOfCause(34))).toBe(34)
  })
})
