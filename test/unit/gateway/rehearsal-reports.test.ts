import { describe, expect, it } from 'vitest'
import { reportRehearsals } from '../../../src/gateway/rehearsal-reports.ts'
import type { PassSheet } from '../../../src/survival/rehearsal/pass-sheet.ts'

const sheet: PassSheet = {
  ...{ id: '7', pbx: 'office', domain: 'office.example', by: 'anna', group: undefined, leftOut: [] },
  ...{ users: ['sip:201@office.example'], startedAt: 0, phase: 'away', until: 1, end: undefined },
  ...{ results: [], conclusion: undefined },
}

describe('a rehearsal', () => {
  it('is an outage for its users, until the PBX is there again for them', () => {
    const told: unknown[] = []
    let tell: (sheet: PassSheet) => void = () => undefined
    reportRehearsals(
      {
        onPhase: (listener) => {
          tell = listener
        },
      },
      {
        rehearsalBegan: ({ users, ...begin }) => told.push({ ...begin, users: [...users] }),
        rehearsalEnded: (pbx) => told.push(pbx),
      },
    )
    tell(sheet)
    tell({ ...sheet, phase: 'returning' })
    expect(told).toEqual([
      {
        ...{ pbx: 'office', domain: 'office.example', users: ['sip:201@office.example'] },
        why: 'rehearsal 7, ordered by anna',
      },
      'office',
    ])
  })
})
