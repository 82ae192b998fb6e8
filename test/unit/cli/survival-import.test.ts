import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeImport, sourceOf } from '../../../src/cli/survival-import.ts'

const none = { added: [], removed: [], changed: [] }

it('an import is told by what came, went and changed, and by what was left out', () => {
  const many = Array.from({ length: 25 }, (_, index) => String(201 + index))
  const text = describeImport({
    pbx: 'office',
    isDryRun: true,
    change: { extensions: { added: many, removed: ['301'], changed: [] }, groups: none, dids: none },
    counts: { extensions: 25, groups: 0, dids: 0 },
    leftOut: ['700 in [internal] was left out'],
  })
  expect(text.split('\n')).toEqual([
    'nothing was changed; after this import the box would know of office: 25 extensions, 0 groups, 0 direct numbers',
    `  extensions added: ${many.slice(0, 20).join(', ')} and 5 more`,
    '  extensions removed: 301',
    'not taken over:',
    '  700 in [internal] was left out',
  ])
})

it('what cannot be read as UTF-8, or at all, is said in a sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-import-'))
  try {
    const file = join(folder, 'office.csv')
    writeFileSync(file, 'user;name\n201;Jürgen\n')
    expect(sourceOf('csv', [file])).toEqual({ from: 'csv', text: 'user;name\n201;Jürgen\n' })
    writeFileSync(file, 'user;name\n201;Jürgen\n', 'latin1')
    expect(() => sourceOf('csv', [file])).toThrow('is not UTF-8')
    expect(() => sourceOf('csv', [folder])).toThrow(`cannot read ${folder}: EISDIR`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
