import { expect, it } from 'vitest'
import type { CallRecord, TargetAttempt } from '../../../src/domain/call-record.ts'
import { witnessedByRouting } from '../../../src/gateway/box-witness.ts'
import { aCall } from '../../support/a-call.ts'

function witnessed() {
  const seen: string[] = []
  const kept: string[] = []
  const records = witnessedByRouting(
    {
      began: () => kept.push('began'),
      changed: () => kept.push('changed'),
      forgotten: () => kept.push('forgotten'),
      ended: () => kept.push('ended'),
    },
    { saw: (peerName, status, at) => seen.push(`${peerName} ${status} at ${at}`) },
    { now: () => 7_000 },
  )
  return { seen, kept, records }
}

const attempts: readonly TargetAttempt[] = [
  { path: 'overlay', target: 'a.peer.town.example', status: 503, tookMs: 5, outsideNumber: '+4930123' },
  { path: 'overlay', target: 'user-box.peer.town.example', status: 503, tookMs: 5 },
  {
    path: 'overlay',
    target: 'refused-here.peer.town.example',
    status: 503,
    tookMs: 0,
    outsideNumber: '+4930123',
    byBox: true,
  },
  { path: 'trunk', target: 'carrier', status: 503, tookMs: 5, outsideNumber: '+4930123' },
  { path: 'overlay', target: 'c.peer.town.example', status: 200, tookMs: 5, outsideNumber: '+4930123' },
]
const told = ['a.peer.town.example 503 at 7000', 'c.peer.town.example 200 at 7000']

it('routing hears how calls to numbers outside went at other boxes, once a call, when it is answered', () => {
  const { seen, kept, records } = witnessed()
  const ringing: CallRecord = aCall({ answeredAt: undefined, attempts: [] })
  const answered = { ...ringing, answeredAt: 6_000, attempts }
  records.began(ringing)
  records.changed(ringing)
  records.changed(answered)
  records.ended({ ...answered, endedAt: 9_000 })
  expect(seen).toEqual(told)
  expect(kept).toEqual(['began', 'changed', 'changed', 'ended'])
})

it('or when it has failed', () => {
  const { seen, records } = witnessed()
  records.ended(aCall({ answeredAt: undefined, attempts }))
  expect(seen).toEqual(told)
})
