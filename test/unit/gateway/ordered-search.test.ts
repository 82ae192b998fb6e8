import { describe, expect, it } from 'vitest'
import { firstInOrder } from '../../../src/gateway/ordered-search.ts'

const isGood = (item: string) => item.startsWith('good')
const says =
  (...items: string[]) =>
  async () =>
    items
const never = () => new Promise<never>(() => undefined)
const fails = async () => Promise.reject(new Error('isolated'))

describe('a search in several places', () => {
  it('takes the first place in order, however slow a later one is', async () => {
    expect(await firstInOrder([says('good a'), never], isGood)).toEqual(['good a'])
  })

  it('asks all at once and waits for an earlier place before it takes a later one', async () => {
    const early = Promise.withResolvers<string[]>()
    let isOver = false
    const search = firstInOrder([() => early.promise, says('good b')], isGood)
    void search.then(() => {
      isOver = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isOver).toBe(false)
    early.resolve(['good a'])
    expect(await search).toEqual(['good a'])
  })

  it('prefers what is good in a later place to what is something in an earlier one', async () => {
    expect(await firstInOrder([says('so-so'), says('good b')], isGood)).toEqual(['good b'])
    expect(await firstInOrder([says('so-so a'), says('so-so b'), says()], isGood)).toEqual(['so-so a'])
  })

  it('a place that fails hides no other, but is no proof of absence', async () => {
    expect(await firstInOrder([fails, says('good b')], isGood)).toEqual(['good b'])
    expect(await firstInOrder([fails, says('so-so')], isGood)).toEqual(['so-so'])
    await expect(firstInOrder([says(), fails], isGood)).rejects.toThrow('isolated')
    expect(await firstInOrder([says(), says()], isGood)).toEqual([])
  })
})
