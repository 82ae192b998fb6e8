import { randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { foundCases } from '../../fuzz/found-cases.ts'
import { fuzz } from '../../fuzz/fuzz-run.ts'
import { demand, type FuzzTarget } from '../../fuzz/fuzz-target.ts'
import { fuzzTargets } from '../../fuzz/fuzz-targets.ts'
import { shorterTexts } from '../../fuzz/minimise.ts'

describe('cases that fuzzing once found', () => {
  it.each(foundCases())('stay mended: $file ($fault)', async ({ target, sample }) => {
    const found = fuzzTargets.find(({ name }) => name === target)
    if (!found) throw new Error(`no such target: ${target}`)
    await found.check(sample)
  })
})

describe('a short run of the fuzzer', () => {
  it.each([1, 2_000_000, randomInt(2 ** 24)])('finds nothing from seed %i on', async (firstSeed) => {
    const { finding, cases } = await fuzz({ firstSeed, mayGoOn: (count) => count < 40 })
    expect(finding).toBeUndefined()
    expect(Object.keys(cases)).toEqual(['parser', 'framing', 'frames', 'engine'])
  })
})

describe('the fuzzer', () => {
  it('names the seed of a failure and makes the case small', async () => {
    const target: FuzzTarget<string> = {
      name: 'texts',
      generate: (random) => random.list(40, () => random.pick([...'abcxyz'])).join(''),
      check: (text) => demand(!/x.*y/.test(text), 'no x before a y'),
      simpler: shorterTexts,
    }
    const targets = [target] as unknown as readonly FuzzTarget<unknown>[]
    const { finding } = await fuzz({ firstSeed: 7, mayGoOn: (count) => count < 10, targets })
    expect(finding).toMatchObject({ target: 'texts', seed: 7, sample: 'xy' })
    const again = await fuzz({ firstSeed: 7, mayGoOn: (count) => count < 10, targets })
    expect(again.finding).toMatchObject({ seed: 7, sample: 'xy' })
  })
})
