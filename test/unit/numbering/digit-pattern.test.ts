import { describe, expect, it } from 'vitest'
import { DigitPattern } from '../../../src/domain/digit-pattern.ts'
import { commonExample, countOf, covers } from '../../../src/domain/digit-pattern-sets.ts'
import { DigitPatternInvalid } from '../../../src/domain/digit-sequence.ts'
import { fillTemplate, templateProblem } from '../../../src/domain/digit-template.ts'

describe('a digit pattern', () => {
  it.each<[string, string, readonly string[] | undefined]>([
    ['110', '110', []],
    ['110', '1100', undefined],
    ['XX', '07', []],
    ['ZX', '07', undefined],
    ['NX', '17', undefined],
    ['nx', '27', []],
    ['[1-35]0', '50', []],
    ['[1-35]0', '40', undefined],
    ['00(Z.)', '0049301234', ['49301234']],
    ['00(Z.)', '001', undefined],
    ['ZX{1,4}', '12345', []],
    ['ZX{1,4}', '123456', undefined],
    ['8(XX)(X.)', '81234', ['12', '34']],
    ['8(X)(X)', '812', ['1', '2']],
    ['*21*(X.)#', '*21*030123#', ['030123']],
    ['+49(.)', '+49301', ['301']],
    ['2XX|6XX', '612', []],
    ['2XX|6XX', '512', undefined],
    ['.', '1'.repeat(32), []],
    ['.', '1'.repeat(33), undefined],
    ['X', 'a', undefined],
    ['0{0,1}1X', '12', []],
    ['0{0,1}1X', '012', []],
    ['X{0,3}', '', []],
    ['X', '', undefined],
  ])('%s and %s', (pattern, text, groups) => {
    const compiled = new DigitPattern(pattern)
    expect(compiled.match(text)).toEqual(groups)
    expect(compiled.fits(text)).toBe(groups !== undefined)
  })

  it.each([
    ['', 'empty'],
    ['^\\d+$', 'no regular expression'],
    ['2XX|', 'empty'],
    ['(X', 'not closed'],
    ['X)', 'pairs'],
    ['((X))', 'pairs'],
    ['()X', 'pairs'],
    ['[', 'means nothing'],
    ['[]', 'no list'],
    ['[5-1]', 'runs backwards'],
    ['[a]', 'no list'],
    ['{2}', 'repetitions'],
    ['X{0}', 'repetitions'],
    ['X{3,1}', 'repetitions'],
    ['X{1,99}', 'repetitions'],
    ['X.X.', 'only one place'],
    ['X{1,2}.', 'only one place'],
    ['anna', 'means nothing'],
    ['(X)|X', 'same parentheses'],
    ['X'.repeat(101), 'longer than'],
  ])('"%s" is refused: %s', (pattern, why) => {
    expect(() => new DigitPattern(pattern)).toThrow(DigitPatternInvalid)
    expect(() => new DigitPattern(pattern)).toThrow(why)
  })

  it.each([
    ['X.', 'ZX', true],
    ['ZX', 'X.', false],
    ['2XX|6XX', '[26]XX', false],
    ['[26]XX', '2XX|6XX', true],
    ['.', 'ZX{1,4}', true],
    ['0X.', '00X', true],
    ['0X.', '0', false],
  ])('%s covers %s: %s', (outer, inner, isCovered) => {
    expect(covers(new DigitPattern(outer), new DigitPattern(inner))).toBe(isCovered)
  })

  it.each([
    ['1XX', 'X12', '112'],
    ['9.', '911', '911'],
    ['2XX', '1X.', undefined],
    ['XX', 'XXX', undefined],
  ])('%s and %s have in common: %s', (one, other, example) => {
    expect(commonExample(new DigitPattern(one), new DigitPattern(other))).toBe(example)
  })

  it('counts the numbers it stands for', () => {
    expect(countOf(new DigitPattern('+4930X{1,2}'), 16)).toBe(110)
    expect(countOf(new DigitPattern('110|ZX'), 32)).toBe(91)
  })
})

describe('a template', () => {
  it.each([
    ['+{all}', '+4930', [], '+4930'],
    ['2{last:2}@a.example', '+49301234501', [], '201@a.example'],
    ['{2}{1}', '12', ['1', '2'], '21'],
    ['0', '12', [], '0'],
  ])('%s of %s', (template, digits, groups, filled) => {
    expect(fillTemplate(template, digits, groups)).toBe(filled)
  })

  it.each([
    ['{1}', undefined],
    ['{2}', 'needs as many'],
    ['{0}', 'none of'],
    ['{last:0}', 'none of'],
    ['{first}', 'none of'],
    ['{1', 'not closed'],
  ])('%s after one pair of parentheses: %s', (template, problem) => {
    const found = templateProblem(template, new DigitPattern('(X)'))
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(problem)
  })
})
