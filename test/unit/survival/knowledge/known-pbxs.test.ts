import { beforeEach, describe, expect, it } from 'vitest'
import type { PbxKnowledge } from '../../../../src/domain/known-extension.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import type {
  KnowledgeBySource,
  LoadedKnowledge,
} from '../../../../src/survival/knowledge/knowledge-store.ts'
import { type ImportOrder, KnownPbxs } from '../../../../src/survival/knowledge/known-pbxs.ts'
import { anExtension } from '../../../support/an-extension.ts'

function users(...names: readonly string[]): PbxKnowledge {
  return { extensions: names.map((name) => anExtension(name)), groups: [], dids: [], unread: [] }
}

describe('known PBXs', () => {
  let kept: Map<string, KnowledgeBySource>
  let locked: string | undefined
  let taken: PbxKnowledge[]
  let known: KnownPbxs

  const order = (knowledge: PbxKnowledge, more: Partial<ImportOrder> = {}): ImportOrder => ({
    ...{ pbx: 'office', source: 'asterisk', knowledge, isDryRun: false, isForced: false, isByItself: false },
    ...more,
  })

  function box(): KnownPbxs {
    return new KnownPbxs({
      pbxs: [{ name: 'office', domain: 'office.example' }],
      store: {
        load: async (pbx): Promise<LoadedKnowledge> =>
          locked === undefined
            ? { kind: 'known', sources: kept.get(pbx) ?? {} }
            : { kind: 'locked', why: locked },
        save: async (pbx, sources) => void kept.set(pbx, sources),
      },
      take: (_domain, knowledge) => {
        taken.push(knowledge)
        return []
      },
      clock: new FakeClock(),
      log: silentLog,
    })
  }

  beforeEach(() => {
    kept = new Map()
    locked = undefined
    taken = []
    known = box()
  })

  it('what was imported is there after a restart', async () => {
    await known.import(order(users('201', '202')))
    taken = []
    await box().start()
    expect(taken.map(({ extensions }) => extensions.map(({ user }) => user))).toEqual([['201', '202']])
  })

  it('a dry run tells what would change, and changes nothing', async () => {
    await known.import(order(users('201', '202')))
    taken = []
    const { change } = await known.import(order(users('202', '203'), { isDryRun: true }))
    expect(change.extensions).toEqual({ added: ['203'], removed: ['201'], changed: [] })
    expect(taken).toEqual([])
    expect(kept.get('office')?.asterisk?.knowledge).toEqual(users('201', '202'))
  })

  it.each([[[]], [['201']]])(
    'a PBX that tells of far fewer users than before wipes nothing',
    async (left) => {
      await known.import(order(users('201', '202', '203')))
      await expect(known.import(order(users(...left), { isByItself: true }))).rejects.toThrow('--force')
      expect(known.of('office')?.extensions).toHaveLength(3)
      expect(known.troubles('office')).toEqual([
        expect.stringContaining(`${left.length} extensions, and 3 are known`),
      ])
      await known.import(order(users(...left), { isForced: true }))
      expect(known.of('office')?.extensions).toHaveLength(left.length)
      expect(known.troubles('office')).toEqual([])
    },
  )

  const digests = [{ username: '201', realm: 'asterisk', algorithm: 'MD5', ha1: 'a' } as const]
  const ring = { aliases: [], members: ['201'], ring: 'all', ringSeconds: undefined } as const
  const whole: PbxKnowledge = {
    ...users(),
    extensions: [anExtension('201', { digests }), anExtension('202', { digests })],
    groups: ['600', '601', '602'].map((user) => ({ user, ...ring })),
    dids: [{ number: '+4930555201', to: '201', why: '' }],
  }

  it.each<[string, Partial<PbxKnowledge>]>([
    ['0 extensions with a password, and 2 are known', { extensions: users('201', '202').extensions }],
    ['1 groups, and 3 are known', { groups: whole.groups.slice(0, 1) }],
    ['0 direct numbers, and 1 are known', { dids: [] }],
  ])('a PBX that is writing its files wipes nothing: %s', async (doubt, half) => {
    await known.import(order(whole))
    const refresh = order({ ...whole, ...half }, { isByItself: true })
    await expect(known.import(refresh)).rejects.toThrow(doubt)
    expect(known.of('office')).toEqual(whole)
    expect(known.troubles('office')).toEqual([expect.stringContaining(doubt)])
    await known.import({ ...refresh, isForced: true })
    expect(known.of('office')).toEqual({ ...whole, ...half })
  })

  it('a PBX that has lost one user, group and number of several is believed', async () => {
    await known.import(order(whole))
    const less = { ...whole, extensions: whole.extensions.slice(1), groups: whole.groups.slice(1) }
    await known.import(order(less, { isByItself: true }))
    expect(known.of('office')).toEqual(less)
  })

  it('what an operator wrote in CSV outlives what the Asterisk tells each hour, which fills it in', async () => {
    const anna = anExtension('201', { displayName: 'Anna' })
    await known.import(order({ ...users(), extensions: [anna] }, { source: 'csv' }))
    const told = [anExtension('201', { displayName: 'A. M.', voicemail: '201@default' }), anExtension('202')]
    await known.import(order({ ...users(), extensions: told }))
    expect(known.of('office')?.extensions).toEqual([
      { ...anna, voicemail: '201@default' },
      anExtension('202'),
    ])
  })

  it('without its key the box starts and says so; a refresh helps and overwrites nothing, an import does', async () => {
    locked = 'the key file is missing'
    await known.start()
    expect(known.troubles('office')).toEqual([locked])
    await known.import(order(users('201'), { isByItself: true }))
    expect([known.of('office')?.extensions.length, kept.size]).toEqual([1, 0])
    await known.import(order(users('201')))
    expect([known.troubles('office'), kept.size]).toEqual([[], 1])
  })

  it('an hour in which nothing has changed writes nothing, and takes nothing over again', async () => {
    await known.import(order(users('201')))
    kept.clear()
    await known.import(order(users('201'), { isByItself: true }))
    expect([taken.length, kept.size]).toEqual([1, 0])
  })

  it('a PBX that is too large, or not there, is refused', async () => {
    const many = users(...Array.from({ length: 20_001 }, (_, index) => String(index)))
    await expect(known.import(order(many))).rejects.toThrow('at most 20000')
    await expect(known.import(order(users(), { pbx: 'depot' }))).rejects.toThrow('no PBX "depot"')
  })
})
