import { expect, it } from 'vitest'
import { describePbx } from '../../../src/cli/described-pbx.ts'
import type { PbxView } from '../../../src/survival/health/pbx-view.ts'

const at = Date.UTC(2026, 10, 22, 3, 0, 0)
const office: PbxView = {
  ...{
    name: 'office',
    domain: 'office.example',
    state: 'normal' as const,
    since: at - 3_600_000,
    why: 'OPTIONS was answered',
  },
  ...{ outage: undefined, lock: undefined, latencyMs: 12.4 },
}

it('describes a PBX that is well', () => {
  expect(describePbx(office, at)).toBe(
    [
      'office (office.example)',
      '  state    normal for 60 min: OPTIONS was answered',
      '  meaning  calls and registrations go to it',
      '  answers  in 12 ms of late',
    ].join('\n'),
  )
})

it('describes an outage: its cause, when it began, when it may end, who has locked it', () => {
  const outage = {
    ...{ cause: 'silent' as const, startedAt: at - 65_000, detectedAt: at - 62_000 },
    ...{ holdMs: 30_000, endsAt: undefined },
  }
  const lock = { to: 'survival', since: at, until: at + 3_600_000, by: 'anna' } as const
  const gone: PbxView = {
    ...{ ...office, state: 'survival', since: at - 62_000, why: 'OPTIONS met silence', outage },
  }
  expect(describePbx({ ...gone, lock, latencyMs: undefined }, at)).toBe(
    [
      'office (office.example)',
      '  state    survival for 62 s: OPTIONS met silence',
      '  meaning  the box stands in for it',
      '  cause    it does not answer',
      '  failed   2026-11-22 02:58:55 UTC, the box stood in from 2026-11-22 02:58:58 UTC on',
      '  back     when it is unlocked, or at 2026-11-22 04:00:00 UTC',
      '  lock     to survival by anna, until 2026-11-22 04:00:00 UTC',
    ].join('\n'),
  )
  expect(describePbx(gone, at)).toContain('\n  back     when it has answered for 30 s without a break\n')
  const returning: PbxView = { ...gone, state: 'returning', outage: { ...outage, endsAt: at + 12_000 } }
  expect(describePbx({ ...returning, state: 'survival', lock }, at)).toContain('back     when it is unlocked')
  expect(describePbx(returning, at)).toContain('\n  back     in 12 s if it goes on answering\n')
})
