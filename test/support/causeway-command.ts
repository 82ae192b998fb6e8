import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: { causeway: string }
}
const [, ...words] = scripts.causeway.split(' ')

/** What follows `node` to run `causeway`, with the same options as `npm run causeway` and `npm start` give it. */
export const causewayCommand: readonly string[] = words.map((word) =>
  word.startsWith('-') ? word : fileURLToPath(new URL(word, root)),
)
