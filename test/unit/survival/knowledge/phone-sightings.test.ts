import { beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../../../../src/domain/binding.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { withLearned } from '../../../../src/survival/knowledge/learned-extensions.ts'
import { nothingKnown } from '../../../../src/survival/knowledge/merged-knowledge.ts'
import { PhoneSightings } from '../../../../src/survival/knowledge/phone-sightings.ts'
import { aBinding } from '../../../support/a-binding.ts'
import { anExtension } from '../../../support/an-extension.ts'

const [anna, bert] = ['sip:201@office.example', 'sip:202@office.example']

describe('phone sightings', () => {
  const clock = new FakeClock(1_000)
  let kept: Map<string, Uint8Array>
  let registers: (aor: string, binding: Partial<Binding>) => void

  function sightings(): PhoneSightings {
    return new PhoneSightings({
      isWatched: (domain) => domain === 'office.example',
      location: {
        aors: () => [],
        lookup: () => [],
        onChange: (listener) => {
          registers = (aor, binding) => listener(aor, [aBinding({ aor, ...binding })])
          return () => undefined
        },
      },
      settings: { get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) },
      clock,
      log: silentLog,
    })
  }

  beforeEach(() => {
    kept = new Map()
  })

  it('a phone that was seen is known after a restart, for 90 days', async () => {
    const before = sightings()
    await before.start()
    registers(anna, { origin: 'pbx', registeredAt: 900, userAgent: 'Desk 1' })
    registers('sip:9@elsewhere.example', { registeredAt: 900 })
    await before.stop()
    const after = sightings()
    await after.start()
    expect([...after.users()]).toEqual([anna])
    expect(after.of(anna)).toEqual({ at: 900, origin: 'pbx', wasVouched: true, userAgent: 'Desk 1' })
    await after.stop()
    clock.advance(91 * 86_400_000)
    const late = sightings()
    await late.start()
    expect([...late.users()]).toEqual([])
    await late.stop()
  })

  it('whom the PBX has accepted is an extension, though nobody told of him; who came to the box alone is not', async () => {
    const seen = sightings()
    const heard: string[] = []
    seen.onNewUser((aor) => heard.push(aor))
    await seen.start()
    registers(anna, { origin: 'pbx', registeredAt: clock.now() })
    registers(anna, { origin: 'pbx', registeredAt: clock.now() })
    registers(bert, { origin: 'box', registeredAt: clock.now() })
    expect(heard).toEqual([anna, bert])
    const users = (told = nothingKnown) =>
      withLearned('office.example', told, seen).extensions.map(({ user }) => user)
    expect(users()).toEqual(['201'])
    expect(users({ ...nothingKnown, extensions: [anExtension('21', { aliases: ['201'] })] })).toEqual(['21'])
    await seen.stop()
  })

  it('whom the PBX has accepted stays an extension when the box alone lets him in, restarted in the outage too', async () => {
    const before = sightings()
    await before.start()
    const at = clock.now()
    registers(anna, { origin: 'pbx', registeredAt: at })
    registers(anna, { origin: 'box', registeredAt: at + 50 })
    await before.stop()
    const after = sightings()
    await after.start()
    registers(anna, { origin: 'box', registeredAt: at + 90 })
    expect(after.of(anna)).toMatchObject({ origin: 'box', at: at + 90 })
    expect(withLearned('office.example', nothingKnown, after).extensions.map(({ user }) => user)).toEqual([
      '201',
    ])
    await after.stop()
  })

  it('who came to the box first is told of again when his PBX accepts him', async () => {
    const seen = sightings()
    const heard: string[] = []
    seen.onNewUser((aor) => heard.push(aor))
    await seen.start()
    for (const origin of ['box', 'pbx', 'box', 'pbx'] as const) registers(bert, { origin })
    expect(heard).toEqual([bert, bert])
    await seen.stop()
  })
})
