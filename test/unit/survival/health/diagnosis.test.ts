import { describe, expect, it } from 'vitest'
import {
  causeOf,
  diagnose,
  type NetworkFacts,
  type PbxFacts,
} from '../../../../src/survival/health/diagnosis.ts'

const office: PbxFacts = {
  name: 'office',
  seen: 'works',
  isOutside: false,
  isNameless: false,
  neighboursHeard: 0,
}
const silentOffice: PbxFacts = { ...office, seen: 'silent' }
const hosted: PbxFacts = { ...office, name: 'hosted', isOutside: true }

function facts(more: Partial<NetworkFacts>): NetworkFacts {
  return {
    pbxs: [office],
    trunks: [
      { name: 'carrier', seen: 'works', isOutside: true },
      { name: 'spare', seen: 'works', isOutside: true },
    ],
    overlays: [{ domain: 'town.example', isIsolated: false }],
    namesAreSilent: false,
    hasNetwork: true,
    ...more,
  }
}

const nothingOutside = {
  trunks: [
    { name: 'carrier', seen: 'silent', isOutside: true },
    { name: 'spare', seen: 'silent', isOutside: true },
  ],
  overlays: [{ domain: 'town.example', isIsolated: true }],
  namesAreSilent: true,
} as const

describe('what is broken', () => {
  it.each<[string, Partial<NetworkFacts>, readonly string[]]>([
    ['nothing', {}, []],
    ['the PBX alone', { pbxs: [silentOffice] }, ['the PBX office does not answer']],
    [
      'the PBX, and not its network',
      { pbxs: [{ ...silentOffice, neighboursHeard: 3 }] },
      ['the PBX office does not answer; other hosts on its network do'],
    ],
    [
      'the service on its host',
      { pbxs: [{ ...office, seen: 'refused' }] },
      ['the PBX office refuses: nothing takes calls at its address'],
    ],
    [
      'its load',
      { pbxs: [{ ...office, seen: 'overloaded' }] },
      ['the PBX office is overloaded: it answers 503, or too late'],
    ],
    [
      'its name',
      { pbxs: [{ ...office, seen: 'refused', isNameless: true }] },
      ['the PBX office cannot be found: no name server knows its address'],
    ],
    [
      'one PBX of several',
      { pbxs: [office, { ...silentOffice, name: 'school' }] },
      ['the PBX school does not answer'],
    ],
    [
      'the uplink',
      nothingOutside,
      [
        'the Internet uplink is down: all trunks, the overlay and the name servers are silent, the PBX answers',
      ],
    ],
    [
      'the uplink, and the PBX behind it with it',
      { ...nothingOutside, pbxs: [office, { ...hosted, seen: 'silent' }] },
      [
        'the Internet uplink is down: all trunks, the overlay and the name servers are silent, the PBX answers',
      ],
    ],
    [
      'the uplink and, near by, the PBX',
      { ...nothingOutside, pbxs: [{ ...silentOffice, neighboursHeard: 1 }] },
      [
        'the Internet uplink is down: all trunks, the overlay and the name servers are silent',
        'the PBX office does not answer; other hosts on its network do',
      ],
    ],
    [
      'all that is around the box',
      { ...nothingOutside, pbxs: [silentOffice] },
      ['nothing around this box answers, neither the PBX nor the Internet: look at its cable and the switch'],
    ],
    [
      'the cable',
      { ...nothingOutside, hasNetwork: false },
      ['this box has no network: look at its cable and the switch'],
    ],
    ['the name server', { namesAreSilent: true }, ['name server down: names are answered from memory']],
    [
      'one trunk of two',
      {
        trunks: [
          { name: 'carrier', seen: 'refused', isOutside: true },
          { name: 'spare', seen: 'silent', isOutside: true },
        ],
      },
      ['trunk carrier refuses', 'trunk spare does not answer'],
    ],
    [
      'the only way out, which says nothing of the uplink',
      { trunks: [{ name: 'carrier', seen: 'silent', isOutside: true }], overlays: [] },
      ['trunk carrier does not answer'],
    ],
    [
      'a trunk near by, which says nothing of it either',
      {
        ...nothingOutside,
        overlays: [],
        namesAreSilent: false,
        trunks: nothingOutside.trunks.map((trunk) => ({ ...trunk, isOutside: false })),
      },
      ['trunk carrier does not answer', 'trunk spare does not answer'],
    ],
  ])('is told: %s', (_what, more, texts) => {
    expect(diagnose(facts(more)).map(({ text }) => text)).toEqual(texts)
  })
})

describe('the cause of an outage', () => {
  it.each<[string, Partial<NetworkFacts>, 'refused' | 'silent' | 'overloaded', string]>([
    ['as the PBX showed it', {}, 'silent', 'silent'],
    ['as the PBX showed it', {}, 'refused', 'refused'],
    ['the name', { pbxs: [{ ...office, isNameless: true }] }, 'refused', 'dns'],
    [
      'the uplink, for a PBX behind it',
      { ...nothingOutside, pbxs: [{ ...office, isOutside: true }] },
      'silent',
      'network',
    ],
    [
      'not the uplink, for a PBX that was heard since',
      { ...nothingOutside, pbxs: [office] },
      'refused',
      'refused',
    ],
    ['the cable', { hasNetwork: false }, 'refused', 'network'],
    ['all around the box', nothingOutside, 'silent', 'network'],
    ['what the PBX itself said', { ...nothingOutside, hasNetwork: false }, 'overloaded', 'overloaded'],
  ])('is %s', (_what, more, seen, cause) => {
    expect(causeOf('office', seen, facts(more))).toBe(cause)
  })
})
