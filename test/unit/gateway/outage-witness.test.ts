import { expect, it } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { witnessedByOutages } from '../../../src/gateway/outage-witness.ts'
import { silentLog } from '../../../src/lib/log.ts'

it('a report that fails costs no call record', () => {
  const written: string[] = []
  const records = {
    began: () => undefined,
    changed: ({ id }: CallRecord) => void written.push(`changed ${id}`),
    forgotten: (id: string) => void written.push(`forgotten ${id}`),
    ended: ({ id }: CallRecord) => void written.push(`ended ${id}`),
  }
  const fail = () => {
    throw new Error('a bug')
  }
  const ledger = { callChanged: fail, callEnded: fail, callForgotten: fail }
  const witnessed = witnessedByOutages(records, ledger, silentLog)
  const record = { id: 'a' } as CallRecord
  witnessed.changed(record)
  witnessed.ended(record)
  witnessed.forgotten('a')
  expect(written).toEqual(['changed a', 'ended a', 'forgotten a'])
})
