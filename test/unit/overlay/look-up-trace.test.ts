import { describe, expect, it } from 'vitest'
import type { CopyAnswer } from '../../../src/overlay/diagnosis/copy-survey.ts'
import { traceOf } from '../../../src/overlay/records/look-up-trace.ts'
import { anna, checked, now } from './some-records.ts'

const answer = (peer: string, ...copies: CopyAnswer['copies'][number][]): CopyAnswer => ({
  ...{ peer, copies, tookMs: 1, trouble: undefined },
})
const facts = { self: 'me', holders: 3, nameOf: (peer: string) => `${peer}.peer`, pathTo: () => undefined }

describe('the trace of a look-up', () => {
  it('tells the newest version of each home box and how many holders have it', () => {
    const old = checked({ signer: 'home', storedAt: now })
    const renewed = checked({ signer: 'home', storedAt: now + 9 })
    const other = checked({ signer: 'second home', storedAt: now + 1, removed: true })
    const trace = traceOf(
      anna,
      [answer('me', renewed, other), answer('b', old), answer('c', renewed), answer('d', renewed)],
      facts,
    )
    expect(trace.copiesWanted).toBe(3)
    expect(trace.entries).toMatchObject([
      { signer: 'home.peer', storedAt: now + 9, removed: false, copies: 2 },
      { signer: 'second home.peer', removed: true, copies: 1 },
    ])
    expect(trace.boxes.map(({ part, isSelf }) => [part, isSelf])).toEqual([
      ['holder', true],
      ['holder', false],
      ['holder', false],
      ['next', false],
    ])
    expect(trace.boxes[1]?.copies).toMatchObject([{ isOutdated: true }])
    expect(trace.boxes[2]?.copies).toMatchObject([{ isOutdated: false }])
  })

  it('says who did not answer, and that nobody has anything', () => {
    const silent = { peer: 'b', tookMs: 2_000, copies: [], trouble: 'no answer to "fetch" within 2000 ms' }
    const trace = traceOf(anna, [answer('me'), silent], { ...facts, holders: 2 })
    expect(trace.entries).toEqual([])
    expect(trace.boxes[1]).toMatchObject({ peerName: 'b.peer', trouble: silent.trouble })
  })
})
