import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { referencePage } from '../../../src/config/reference-page.ts'
import { sampleFile } from '../../../src/config/sample-file.ts'

/** A list that is empty, and the lines of the entry that stands behind it as a comment. */
const emptyList = /^( *)(\w+): \[\]\n\1# One entry:\n((?:\1# (?:- | {2}).*\n)+)/gm

/** The sample with the entry of one list, or of all, as an operator uncomments it: by the first "# " of each line. */
function withEntries(wanted?: string): string {
  return sampleFile().replace(emptyList, (whole, indent: string, name: string, entry: string) => {
    if (wanted !== undefined && wanted !== name) return whole
    return `${indent}${name}:\n${entry.replace(new RegExp(`^${indent}# `, 'gm'), indent)}`
  })
}

const lists = ['users', 'groups', 'overlays', 'pbxs', 'trunks', 'asterisks', 'rules', 'dids', 'places']

describe('the sample file', () => {
  it('is accepted as it is', () => {
    expect(() => parseConfig(sampleFile(), 'sample', '.')).not.toThrow()
  })

  it.each([...lists, 'limits', 'webhooks'])('is accepted with the entry of %s', (name) => {
    expect(withEntries(name)).not.toBe(sampleFile())
    expect(() => parseConfig(withEntries(name), 'sample', '.')).not.toThrow()
  })

  it('is accepted with all of them, and has each', () => {
    const config = parseConfig(withEntries(), 'sample', '.')
    expect(config.trunks[0]).toMatchObject({ name: 'carrier', maxCalls: 30, rates: [] })
    expect([config.numbering.rules, config.numbering.dids, config.tollFraud.limits]).toMatchObject([
      [{ match: '8(XXX)' }],
      [{ to: '201@site-a.example' }],
      [{ name: 'night', callsPerMinute: 10 }],
    ])
  })
})

describe('the reference page', () => {
  it.each([
    'rates[].prefix',
    'numbers.out[].match',
    'webhooks[].url',
    'limits[].callsPerHour',
    'places[].civic.city',
  ])('describes %s', (key) => {
    expect(referencePage()).toMatch(new RegExp(`\\| \`${key.replace(/[[\].]/g, '\\$&')}\` \\|.*\\w`))
  })
})
