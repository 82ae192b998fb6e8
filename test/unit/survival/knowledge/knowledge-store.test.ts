import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PbxKnowledge } from '../../../../src/domain/known-extension.ts'
import { KeyUnusable, KnowledgeStore } from '../../../../src/survival/knowledge/knowledge-store.ts'
import { TemporaryFolder } from '../../../support/temporary-folder.ts'
import { fixtureFiles, knowledgeOf } from './fixture-files.ts'

describe('what is kept of a PBX', () => {
  const knowledge: PbxKnowledge = knowledgeOf(fixtureFiles('plain'))
  const sources = { asterisk: { at: 1_000, knowledge } }
  let kept: Map<string, Uint8Array>
  let folder: TemporaryFolder
  let keyFile: string
  let store: KnowledgeStore

  beforeEach(() => {
    kept = new Map()
    folder = new TemporaryFolder('knowledge')
    keyFile = folder.file('pbx-knowledge.key')
    store = new KnowledgeStore(
      { get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) },
      keyFile,
    )
  })

  afterEach(() => folder.remove())

  it('comes back, and what lies in the database reveals none of it', async () => {
    await store.save('office', sources)
    expect(await store.load('office')).toEqual({
      kind: 'known',
      sources: JSON.parse(JSON.stringify(sources)),
    })
    const bytes = Buffer.concat([...kept.values()])
    for (const { digests, displayName = '201' } of knowledge.extensions) {
      expect(bytes.includes(displayName)).toBe(false)
      for (const { ha1 } of digests) {
        expect(bytes.includes(ha1)).toBe(false)
        expect(bytes.includes(Buffer.from(ha1, 'hex'))).toBe(false)
      }
    }
  })

  it('the key lies beside the database, for its owner only', async () => {
    await store.save('office', sources)
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('before anything was imported there is nothing, and no key either', async () => {
    expect(await store.load('office')).toEqual({ kind: 'known', sources: {} })
    expect(() => statSync(keyFile)).toThrow('ENOENT')
  })

  it('says what is missing when the key is lost, wrong or no key at all', async () => {
    await store.save('office', sources)
    writeFileSync(keyFile, 'x')
    expect(await store.load('office')).toMatchObject({
      kind: 'locked',
      why: expect.stringMatching(/holds no key/),
    })
    await expect(store.save('office', sources)).rejects.toThrow(KeyUnusable)
    writeFileSync(keyFile, '0'.repeat(64))
    expect(await store.load('office')).toMatchObject({
      kind: 'locked',
      why: expect.stringMatching(/another key/),
    })
    rmSync(keyFile)
    expect(await store.load('office')).toMatchObject({
      kind: 'locked',
      why: expect.stringMatching(/is missing/),
    })
  })

  it('what was sealed for one PBX is not taken for another', async () => {
    await store.save('office', sources)
    const [sealed] = kept.values()
    if (sealed) kept.set('knowledge of depot', sealed)
    expect(await store.load('depot')).toMatchObject({ kind: 'locked' })
  })
})
