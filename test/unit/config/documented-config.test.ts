import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { lintNumbers } from '../../../src/numbering/number-lint.ts'

const blocks = (page: string) => {
  const text = readFileSync(`docs/operate/${page}.md`, 'utf8')
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = '']) => yaml)
}

/** The folder of a config whose secrets are in files beside it. */
function folderOf(yaml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-documented-'))
  for (const [, file = ''] of yaml.matchAll(/\$\{file:([^}]+)\}/g)) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), 'a-long-random-text')
  }
  return folder
}

describe('what the pages tell to write', () => {
  it.each(['first-trunk', 'numbers', 'asterisk', 'trunks', 'emergency', 'toll-fraud'])(
    'on %s is accepted, and mangles no number',
    (page) => {
      expect(blocks(page).length).toBeGreaterThan(0)
      for (const yaml of blocks(page)) {
        const config = parseConfig(yaml, page, folderOf(yaml))
        const errors = lintNumbers(config).filter(({ severity }) => severity === 'error')
        expect(errors).toEqual([])
      }
    },
  )
})

it('lists every page for the operator', () => {
  const index = readFileSync('docs/operate/README.md', 'utf8')
  const pages = readdirSync('docs/operate').filter((file) => file !== 'README.md')
  expect(pages.filter((file) => !index.includes(`](${file})`))).toEqual([])
})
