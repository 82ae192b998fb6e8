import { describe, expect, it } from 'vitest'
import {
  checkReadiness,
  type ExtensionFacts,
  type ReadinessFacts,
  withoutService,
} from '../../../../src/survival/knowledge/readiness.ts'

const anna: ExtensionFacts = {
  aor: 'sip:201@office.example',
  displayName: 'Anna',
  canProve: true,
  hasGrace: true,
  lastSeen: { at: 940_000, origin: 'pbx' },
  phones: ['pbx'],
  numbers: ['+4930555201'],
  mayDial: ['internal', 'national'],
  groups: ['600'],
  isAnnounced: true,
}

const office: ReadinessFacts = {
  now: 1_000_000,
  pbx: { name: 'office', realm: 'asterisk', toldAt: 900_000 },
  graceMinutes: 60,
  extensions: [anna],
  groups: [],
  dids: [],
  trunks: [{ name: 'provider', state: 'good' }],
  isInOverlay: true,
  troubles: [],
  unread: [],
}

function checked(extension: Partial<ExtensionFacts>, more: Partial<ReadinessFacts> = {}) {
  const readiness = checkReadiness({ ...office, ...more, extensions: [{ ...anna, ...extension }] })
  const [first] = readiness.extensions
  const texts = Object.fromEntries(
    first?.checks.map(({ what, grade, text }) => [what, `${grade}: ${text}`]) ?? [],
  )
  return { grade: first?.grade, texts, isWithoutService: withoutService(readiness).length > 0 }
}

describe('readiness', () => {
  it('of an extension that lacks nothing', () => {
    expect(checked({})).toEqual({
      grade: 'works',
      texts: {
        registers:
          'works: the box can check its password; its phone was last heard 60 s ago, at the PBX through this box',
        rings: 'works: 1 phone here',
        'direct numbers': 'works: +4930555201 rings it',
        'calls out': 'works: national, mobile by provider',
        emergency: 'works: by provider',
        groups: 'works: rings with 600',
        'other sites': 'works: other sites find it by its name',
      },
      isWithoutService: false,
    })
  })

  it('of a box without a line, and without a site that could have one: nobody could call for help', () => {
    const alone = { isInOverlay: false, trunks: [] }
    expect(checked({}, alone).texts.emergency).toMatch(/^fails: nobody would answer/)
    expect(checkReadiness({ ...office, ...alone }).faults).toEqual([
      'nobody could call for help: add a trunk, or join an overlay in which a site has one',
    ])
    const broken = { isInOverlay: false, trunks: [{ name: 'provider', state: 'failed' as const }] }
    expect(checkReadiness({ ...office, ...broken }).faults[0]).toMatch(/^nobody could call for help/)
    expect(checkReadiness({ ...office, isInOverlay: true, trunks: [] }).faults).toEqual([])
  })

  it('without a password that can be checked there is the grace, and no line outside', () => {
    const { grade, texts } = checked({ canProve: false })
    expect(grade).toBe('partly')
    expect(texts.registers).toMatch(/^partly: .* 60 minutes: .* realm "asterisk": causeway survival import;/)
    expect(texts['calls out']).toMatch(/^partly: not without a password/)
  })

  it('a phone known by AMI alone rings where it is, though it would be refused here', () => {
    const { texts, isWithoutService } = checked({ canProve: false, hasGrace: false, phones: ['mirror'] })
    expect(texts.registers).toMatch(/^fails: its phone would be refused/)
    expect(texts.rings).toBe('works: 1 phone at the PBX, known by AMI')
    expect(isWithoutService).toBe(false)
  })

  it('a phone that would be refused is no service, though it rings until its registration ends', () => {
    const { grade, texts, isWithoutService } = checked({ canProve: false }, { graceMinutes: 0 })
    expect([grade, isWithoutService]).toEqual(['fails', true])
    expect(texts.rings).toBe('partly: 1 phone here, until its registration ends')
    expect(checked({ canProve: false, hasGrace: false, phones: ['box'] }).grade).toBe('fails')
    expect(checked({ canProve: false, hasGrace: false, phones: ['pbx', 'mirror'] }).grade).toBe('partly')
  })

  it('who has neither phone nor password would be without service', () => {
    const nobody = { canProve: false, hasGrace: false, phones: [], lastSeen: undefined }
    const { texts, isWithoutService } = checked(nobody)
    expect(isWithoutService).toBe(true)
    expect(texts.registers).toContain('never heard of')
    expect(checked({ ...nobody, hasGrace: true }, { graceMinutes: 0 }).isWithoutService).toBe(true)
  })

  it('trunks that are out of service are no way outside', () => {
    const { texts } = checked({}, { trunks: [{ name: 'provider', state: 'failed' }] })
    expect(texts['calls out']).toMatch(/^partly: every trunk is out of service/)
    expect(texts.emergency).toMatch(/^partly: only by another site/)
    expect(checked({}, { trunks: [] }).texts['calls out']).toMatch(/^partly: the box has no trunk/)
    expect(checked({ mayDial: ['internal'] }).texts['calls out']).toMatch(/^partly: its rights/)
  })

  it('numbers without target and groups with strangers are faults', () => {
    const { faults } = checkReadiness({
      ...office,
      troubles: ['the key is missing'],
      groups: [
        {
          name: '600',
          members: [
            { name: '201', isKnown: true },
            { name: '299', isKnown: false },
          ],
        },
      ],
      dids: [
        { number: '+4930555201', to: '201', isKnown: true, why: '' },
        { number: '+4930555299', to: '299', isKnown: false, why: '' },
        { number: '+4930555700', to: undefined, isKnown: false, why: 'a menu' },
      ],
    })
    expect(faults).toEqual([
      'the key is missing',
      '+4930555299 rings 299, whom nobody knows: correct it at the PBX or in "numbering.dids"',
      '+4930555700 has no target: a menu. Give it one in "numbering.dids"',
      'the group 600 has members whom nobody knows: 299',
    ])
  })

  it('a PBX of which nothing is known is a fault', () => {
    expect(checkReadiness({ ...office, extensions: [] }).faults).toEqual([
      expect.stringContaining('causeway survival import --pbx office'),
    ])
  })
})
