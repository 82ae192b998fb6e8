import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8')
const nodeOptions = (command: string): string => /node (.*?)(?: src\/main|$)/.exec(command)?.[1] ?? ''

describe('node', () => {
  it('is given the same options by npm start, npm run causeway and the program itself', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string; causeway: string } }
    const [shebang = ''] = read('src/main.ts').split('\n')
    expect(nodeOptions(scripts.causeway)).toBe('--max-semi-space-size=8 --max-old-space-size=1024')
    expect(nodeOptions(scripts.start)).toBe(nodeOptions(scripts.causeway))
    expect(nodeOptions(shebang)).toBe(nodeOptions(scripts.causeway))
  })
})
