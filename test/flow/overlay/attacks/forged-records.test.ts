import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SigningKey } from '../../../../src/lib/ed25519.ts'
import { signRecord } from '../../../../src/overlay/records/record.ts'
import type { TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, Town } from './town.ts'

const anna = 'sip:anna@town.example'
const value = bytesOf('at the rogue')
const minute = 60_000

interface Facts {
  readonly town: Town
  readonly rogue: RogueBox
  readonly victim: TestBox
  /** What anna's home box stored. */
  readonly genuine: Uint8Array
}

/** What a member can make of anna's record, and the fault that every holder and every reader finds in it. */
const forgeries: readonly [string, string, (facts: Facts) => Uint8Array][] = [
  [
    'signed for another box',
    'bad-signature',
    ({ rogue, victim }) => rogue.sign({ resource: anna, value }, 'town.example', victim.credential),
  ],
  [
    'made for another overlay',
    'bad-signature',
    ({ rogue }) => rogue.sign({ resource: anna, value }, 'village.example'),
  ],
  [
    'altered in one bit',
    'bad-signature',
    ({ genuine }) => {
      const copy = Uint8Array.from(genuine)
      const place = Buffer.from(copy).indexOf('at home')
      copy[place] = (copy[place] ?? 0) ^ 1
      return copy
    },
  ],
  [
    'with a credential of its own issue',
    'foreign-credential',
    ({ town, rogue }) => {
      const credential = town.credential(rogue.key, {}, SigningKey.generate())
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'with a credential that this very member issued to itself',
    'foreign-credential',
    ({ town, rogue }) => {
      const credential = town.credential(rogue.key, { roles: ['peer', 'issuer'] }, rogue.key)
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'with a credential of another overlay',
    'foreign-credential',
    ({ town, rogue }) => {
      const credential = town.credential(rogue.key, { overlay: 'village.example' })
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'with a credential that has ended',
    'credential-not-valid-now',
    ({ town, rogue }) => {
      const credential = town.credential(rogue.key, { notAfter: Date.now() - 1 })
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'with a credential that has not begun',
    'credential-not-valid-now',
    ({ town, rogue }) => {
      const credential = town.credential(rogue.key, { notBefore: Date.now() + 10 * minute })
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'about a user whom its credential does not name',
    'not-yours',
    ({ rogue, town }) => {
      const credential = town.credential(rogue.key, {
        mayServe: ['sip:200-299@town.example', 'school.example'],
      })
      return rogue.sign({ resource: anna, value }, 'town.example', credential)
    },
  ],
  [
    'to live for two days',
    'bad-lifetime',
    ({ rogue }) => rogue.sign({ resource: anna, value, lifetimeSeconds: 172_800 }, 'town.example'),
  ],
  [
    'dated ten minutes ahead',
    'from-the-future',
    ({ rogue }) => rogue.sign({ resource: anna, value, storedAt: Date.now() + 10 * minute }, 'town.example'),
  ],
]

describe('a forged record', () => {
  let town: Town
  let home: TestBox
  let asker: TestBox
  let rogue: RogueBox
  let facts: Facts

  beforeEach(async () => {
    town = new Town()
    const boxes = (await town.fixture.boxes(2)) as [TestBox, TestBox]
    ;[home, asker] = boxes
    rogue = await town.memberRogue(boxes)
    await home.overlay.store('sip-aor', anna, bytesOf('at home'), 60)
    const held = await rogue.ask(home.network.self, {
      ...{ type: 'fetch', kind: 'sip-aor', resource: anna, watch: false },
    })
    if (held.type !== 'records' || !held.records[0]) throw new Error('home does not hold its own record')
    facts = { town, rogue, victim: home, genuine: held.records[0] }
  })

  afterEach(() => town.close())

  it.each(forgeries)(
    '%s is refused by a holder, "%s", and believed by no reader',
    async (_, fault, forge) => {
      const record = forge(facts)
      const verdict = await rogue.ask(asker.network.self, { type: 'store', records: [record] })
      expect(verdict).toMatchObject({ type: 'stored', verdicts: [{ outcome: fault }] })
      rogue.lie = ({ type }) => (type === 'fetch' ? { type: 'records', records: [record] } : undefined)
      expect(await find(asker, anna)).toEqual(['at home'])
      expect(asker.overlay.status().refusedClaims).toMatchObject([{ fault, times: 2 }])
    },
  )

  it('that tells of another box’s canary or of a name without a user is not of that kind', async () => {
    const canary = { kind: 'canary' as const, resource: home.network.self }
    const records = [
      rogue.sign(canary, 'town.example'),
      ...['anna@town.example', 'sip:town.example', 'sip:a@b@town.example'].map((resource) =>
        rogue.sign({ resource }, 'town.example'),
      ),
    ]
    const reply = await rogue.ask(asker.network.self, { type: 'store', records })
    const { verdicts } = reply.type === 'stored' ? reply : { verdicts: [] }
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(Array(4).fill('not-yours'))
  })

  it('that is too long, or no record at all, spoils no record beside it', async () => {
    const good = rogue.sign(
      { resource: 'sip:rogue@town.example', value: new Uint8Array(1_024) },
      'town.example',
    )
    const large = signRecord(
      {
        ...{ kind: 'sip-aor', resource: anna, value: new Uint8Array(1_025) },
        ...{ storedAt: Date.now(), lifetimeSeconds: 60, removed: false },
      },
      ...(['town.example', rogue.key, rogue.credential] as const),
    )
    const reply = await rogue.ask(asker.network.self, {
      type: 'store',
      records: [large, bytesOf('junk'), good],
    })
    expect(reply).toMatchObject({
      verdicts: [{ outcome: 'malformed' }, { outcome: 'malformed' }, { outcome: 'stored' }],
    })
  })
})
