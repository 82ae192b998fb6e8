import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseConfig } from '../../../src/config/load.ts'
import { blocksOf } from '../../support/docs/page-blocks.ts'

const cwd = fileURLToPath(new URL('../../../', import.meta.url))

// For blocks that speak of entries which their page does not repeat.
const spokenOf: Readonly<Record<string, object>> = {
  'docs/operate/survival.md': {
    pbxs: [
      {
        name: 'office',
        server: '192.0.2.30',
        domain: 'office.example',
        phoneGroups: [{ name: 'sales', users: ['2XX'] }],
      },
    ],
  },
}

for (const page of ['README.md', ...globSync('docs/operate/*.md', { cwd }).sort()]) {
  const blocks = blocksOf(page).filter(({ language }) => language === 'yaml')
  if (blocks.length > 0)
    it(`takes each block of config in ${page}`, () => {
      for (const { line, text } of blocks) {
        // Secrets are in files of the reader's.
        const whole = stringify({ ...spokenOf[page], ...parse(text) }).replace(
          /\$\{(file|env):[^}]+\}/g,
          'a-secret-of-some-length',
        )
        expect(() => parseConfig(whole, `${page}:${line}`, cwd)).not.toThrow()
      }
    })
}
