import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)
const table = readFileSync(new URL('docs/protocols/rfc-table.md', root), 'utf8')
const named = [...table.matchAll(/`([\w/-]+(?:\.test)?\.ts)`/g)].map((match) => match[1] as string)

it('names only files that exist', () => {
  expect(named.length).toBeGreaterThan(50)
  const isThere = (path: string) => existsSync(new URL(path, root))
  const rooms = (path: string) => (path.endsWith('.test.ts') ? ['test/'] : ['src/engine/', 'src/'])
  expect(named.filter((path) => !rooms(path).some((room) => isThere(room + path)))).toEqual([])
})
