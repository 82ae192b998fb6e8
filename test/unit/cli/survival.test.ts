import { afterEach, expect, it, vi } from 'vitest'
import { UsageError } from '../../../src/cli/command.ts'
import { survivalCommand } from '../../../src/cli/survival.ts'

afterEach(() => vi.restoreAllMocks())

it.each([
  [['--help'], /survival status .*\n.*survival switch/],
  [['lock', '--help'], /^causeway survival lock {2}.*\[--for 2h\]$/],
])('%j says how it is called, and that is no fault', async (argv, usage) => {
  const said = vi.spyOn(console, 'log').mockReturnValue()
  expect(await survivalCommand.run(argv)).toBe(0)
  expect(said.mock.calls.join('\n')).toMatch(usage)
})

it.each([
  [['lock', 'office', 'survival', '--for', '300d'], 'a lock lasts a week at most'],
  [['rehearse', '--for', '1s'], 'a rehearsal lasts 3 s to 1 h'],
  [['rehearse', '--for', '20h'], 'a rehearsal lasts 3 s to 1 h'],
  [['nonsense'], 'causeway survival status'],
])('%j is refused in a sentence', async (argv, text) => {
  const refused = survivalCommand.run(argv)
  await expect(refused).rejects.toBeInstanceOf(UsageError)
  await expect(refused).rejects.toThrow(text)
})
