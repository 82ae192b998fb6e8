import { expect, it } from 'vitest'
import {
  findExtension,
  searchedContexts,
} from '../../../../src/survival/knowledge/asterisk/dialplan-search.ts'

function dialplanOf(...names: readonly string[]) {
  const step = (argument: string) => [{ label: undefined, application: 'dial', argument }]
  return new Map([
    ['all', { extensions: new Map(names.map((name) => [name, step(name)])), includes: ['more', 'all'] }],
    ['more', { extensions: new Map([['999', step('more')]]), includes: ['all', 'absent'] }],
  ])
}

it.each([
  ['_2XX', '201', true],
  ['_2XX', '2011', false],
  ['_NXZ', '201', true],
  ['_NXZ', '100', false],
  ['_[1-35]0', '50', true],
  ['_[1-35]0', '40', false],
  ['_[+0-9].', '+49', true],
  ['_[9-1]0', '50', false],
  ['_[', '[', true],
  ['_9!', '9', true],
  ['_9.', '9', false],
])('the pattern %s fits %s: %s', (pattern, dialled, fits) => {
  expect(findExtension(dialplanOf(pattern), 'all', dialled) !== undefined).toBe(fits)
})

it('what is written out comes before a pattern, the context before what it includes; circles end', () => {
  const dialplan = dialplanOf('_X.', '201')
  expect(findExtension(dialplan, 'all', '201')?.[0]?.argument).toBe('201')
  expect(findExtension(dialplan, 'all', '999')?.[0]?.argument).toBe('_X.')
  expect(searchedContexts(dialplan, 'all')).toEqual(['all', 'more'])
})
