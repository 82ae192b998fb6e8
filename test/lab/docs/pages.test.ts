import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { blocksOf } from '../../support/docs/page-blocks.ts'
import { commandsOf } from '../../support/docs/page-commands.ts'
import { exceptions, isFor, whyNotRun } from './not-run.ts'
import { scenes } from './scenes.ts'
import { Walk } from './walk.ts'

// Every command of the pages for operators is typed, in the order of the page, at machines with the addresses, files and
// neighbours that the page speaks of. What is not typed is listed with its reason in `not-run.ts`.

const cwd = fileURLToPath(new URL('../../../', import.meta.url))
const pages = ['README.md', ...globSync('docs/operate/*.md', { cwd }).sort()]
const commands = pages.flatMap((page) => blocksOf(page).flatMap(commandsOf))
const left = commands.filter((command) => whyNotRun(command) !== undefined)
const walked = pages.filter((page) => commands.some((each) => each.page === page && !left.includes(each)))
let run = 0

afterAll(() => {
  const lines = left.map(
    (each) => `  ${each.page}:${each.line}: ${each.text.split('\n')[0]}: ${whyNotRun(each)}`,
  )
  console.log([`${run} commands of ${walked.length} pages run, ${left.length} not:`, ...lines].join('\n'))
})

describe('the commands of', () => {
  for (const page of walked)
    it(page, async () => {
      const walk = new Walk(scenes[page] ?? {}, blocksOf(page))
      try {
        run += await walk.follow()
      } finally {
        await walk.stop()
      }
    }, 300_000)
})

it('no exception is left over, and no scene', () => {
  const unused = exceptions.filter((each) => !commands.some(({ page, text }) => isFor(each, page, text)))
  expect(unused).toEqual([])
  expect(Object.keys(scenes).filter((page) => !walked.includes(page))).toEqual([])
})

it('no command hides in a fence that is not run', () => {
  const hidden = pages.flatMap(blocksOf).filter(({ language, text }) => {
    return (
      (language === '' || language === 'text') &&
      /^(\$ |# )?(causeway|npx|npm|sudo|systemctl|curl) /m.test(text)
    )
  })
  expect(hidden.map(({ page, line }) => `${page}:${line}`)).toEqual([])
})
