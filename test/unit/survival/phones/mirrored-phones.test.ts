import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AsteriskContact } from '../../../../src/domain/asterisk-state.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { MirroredPhones } from '../../../../src/survival/phones/mirrored-phones.ts'
import { aBinding } from '../../../support/a-binding.ts'

const contact = (extension: string, uri: string): AsteriskContact => {
  return { extension, uri, isReachable: undefined, userAgent: 'a phone' }
}
const user = 'sip:201@pbx.example'
const hour = 3_600_000

describe('the phones of a PBX, as it told of them', () => {
  let clock: FakeClock
  let told: AsteriskContact[] | undefined
  let isInCharge: boolean
  let kept: Map<string, Uint8Array>
  let listener: () => void
  let phones: MirroredPhones

  function make(): MirroredPhones {
    return new MirroredPhones({
      pbxs: [
        {
          name: 'main',
          domain: 'pbx.example',
          phones: {
            state: () => told && { contacts: told },
            onChange: (each) => {
              listener = each
            },
          },
        },
      ],
      health: { isInCharge: () => isInCharge },
      settings: {
        get: async (key) => kept.get(key),
        set: async (key, value) => void kept.set(key, value),
      },
      names: { resolve: () => undefined },
      isOwnHost: (host) => host === '192.0.2.10',
      clock,
      log: silentLog,
    })
  }

  function tell(...contacts: AsteriskContact[]): void {
    told = contacts
    listener()
    clock.advance(1_000)
  }

  const places = (name = user) => phones.withMirrored(name, []).map((binding) => binding.contact)

  beforeEach(async () => {
    clock = new FakeClock(1_000_000)
    told = undefined
    isInCharge = true
    kept = new Map()
    phones = make()
    await phones.start()
  })
  afterEach(() => phones.stop())

  it('are called when it is gone, and not before', () => {
    tell(contact('201', 'sip:201@10.0.0.5:5062;transport=tcp'))
    expect(places()).toEqual([])
    isInCharge = false
    expect(phones.toldOf(user)).toMatchObject([{ origin: 'mirror' }])
    expect(phones.withMirrored(user, [])).toMatchObject([
      { origin: 'mirror', source: { transport: 'tcp', address: '10.0.0.5', port: 5062 } },
    ])
    expect(places('sip:202@pbx.example')).toEqual([])
  })

  it('are not called twice when they have registered here in the meantime', () => {
    tell(contact('201', 'sip:201@10.0.0.5:5062'), contact('201', 'sip:201@10.0.0.6'))
    isInCharge = false
    const registered = aBinding({ aor: user, contact: 'sip:201@10.0.0.5:5062' })
    const bindings = phones.withMirrored(user, [registered])
    expect(bindings.map((each) => each.contact)).toEqual([registered.contact, 'sip:201@10.0.0.6'])
  })

  it('that registered through the box itself are left out', () => {
    isInCharge = false
    tell(
      contact('201', 'sip:201@192.0.2.10:5060;x=1'),
      contact('202', 'nonsense'),
      contact('203', 'sip:2 3@10.0.0.7'),
    )
    expect(phones.view()).toEqual([])
  })

  it('stay known while it does not tell, and move when it tells', () => {
    isInCharge = false
    tell(contact('201', 'sip:201@10.0.0.5'))
    told = undefined
    listener()
    clock.advance(10 * hour)
    expect(places()).toEqual(['sip:201@10.0.0.5'])
    tell(contact('201', 'sip:201@10.0.0.9'))
    expect(places()).toEqual(['sip:201@10.0.0.9'])
  })

  it('are not called where they were more than a day ago, whether the box was restarted since or not', async () => {
    isInCharge = false
    tell(contact('201', 'sip:201@10.0.0.5'))
    await phones.stop()
    clock.advance(23 * hour)
    phones = make()
    await phones.start()
    expect(places()).toEqual(['sip:201@10.0.0.5'])
    clock.advance(hour)
    expect(places()).toEqual([])
    phones = make()
    await phones.start()
    expect(phones.view()).toEqual([])
  })

  it('stay known for an hour when it lives and tells of them no more', () => {
    isInCharge = false
    tell(contact('201', 'sip:201@10.0.0.5'))
    tell()
    expect(places()).toEqual(['sip:201@10.0.0.5'])
    clock.advance(hour)
    tell()
    expect(places()).toEqual([])
  })

  it('are not those that the PBX itself does not reach', () => {
    isInCharge = false
    tell({ ...contact('201', 'sip:201@10.0.0.5'), isReachable: false }, contact('201', 'sip:201@10.0.0.6'))
    expect(places()).toEqual(['sip:201@10.0.0.6'])
  })

  it('outlive a restart of the box', async () => {
    tell(contact('201', 'sip:201@10.0.0.5'))
    await phones.stop()
    isInCharge = false
    told = undefined
    phones = make()
    await phones.start()
    expect(places()).toEqual(['sip:201@10.0.0.5'])
  })

  it('are written when one of them has moved, and seldom else', () => {
    tell(contact('201', 'sip:201@10.0.0.5'))
    clock.advance(5_000)
    const first = kept.get('mirrored-phones:main')
    expect(first).toBeDefined()
    tell(contact('201', 'sip:201@10.0.0.5'))
    clock.advance(60_000)
    expect(kept.get('mirrored-phones:main')).toBe(first)
    tell(contact('201', 'sip:201@10.0.0.6'))
    clock.advance(5_000)
    expect(kept.get('mirrored-phones:main')).not.toBe(first)
  })

  it('are no more than a box can hold', () => {
    tell(...Array.from({ length: 6_000 }, (_, index) => contact(`${index}`, `sip:${index}@10.0.0.5`)))
    expect(phones.view()).toHaveLength(5_000)
  })
})
