import { describe, expect, it } from 'vitest'
import { splitAtCommas } from '../../../../src/engine/message/comma-list.ts'

describe('splitAtCommas', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    [' a , b,c ', ['a', 'b', 'c']],
    [',a,,b,', ['a', 'b']],
    ['"a,\\",b" , c', ['"a,\\",b"', 'c']],
    ['<sip:a,b>;x, <sip:c>', ['<sip:a,b>;x', '<sip:c>']],
    ['a (b, (c, \\) d), e), f', ['a (b, (c, \\) d), e)', 'f']],
    ['a, "b, c', ['a', '"b, c']],
    ['a, <b, c', ['a', '<b, c']],
  ])('splits %j', (text, values) => {
    expect(splitAtCommas(text)).toEqual(values)
  })
})
