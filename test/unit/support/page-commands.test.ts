import { expect, it } from 'vitest'
import { blocksIn } from '../../support/docs/page-blocks.ts'
import { commandsOf } from '../../support/docs/page-commands.ts'
import { missingFrom } from '../../support/docs/shown-output.ts'

const page = [
  'Type this at the box:',
  '',
  '```sh',
  '# a remark',
  'causeway check-config',
  'curl -d "{}" \\',
  '  http://127.0.0.1:8160/',
  'causeway survival status   # exit code 4',
  '```',
  '',
  '1. at the other box',
  '',
  '   ```console second',
  '   $ causeway route 201 202',
  '   201 calls 202',
  '',
  '   phone 202, in 12 ms…',
  "   $ cat > file <<'END'",
  '   text',
  '   END',
  '   ```',
  '',
  '```yaml',
  'box: { name: a }',
  '```',
].join('\n')

it('finds the commands of a page with their places, exit codes and what is shown of them', () => {
  expect(blocksIn('p.md', page).flatMap(commandsOf)).toEqual([
    { page: 'p.md', line: 5, place: '', text: 'causeway check-config', exitCode: 0, shown: [] },
    {
      page: 'p.md',
      line: 6,
      place: '',
      text: 'curl -d "{}" \\\n  http://127.0.0.1:8160/',
      exitCode: 0,
      shown: [],
    },
    { page: 'p.md', line: 8, place: '', text: 'causeway survival status', exitCode: 4, shown: [] },
    {
      page: 'p.md',
      line: 14,
      place: 'second',
      text: 'causeway route 201 202',
      exitCode: 0,
      shown: ['201 calls 202', 'phone 202, in 12 ms…'],
    },
    {
      page: 'p.md',
      line: 18,
      place: 'second',
      text: "cat > file <<'END'\ntext\nEND",
      exitCode: 0,
      shown: [],
    },
  ])
})

it('refuses a fence that is never closed', () => {
  expect(() => blocksIn('p.md', 'text\n```sh\nls')).toThrow('p.md:2')
  expect(() => blocksIn('p.md', '```sh\nls\n``` and more')).toThrow('p.md:3')
})

it('takes other numbers and blanks for the same output, other words and another order not', () => {
  const printed = 'trunk  carrier: 30 free\nPBX main: normal since 10:14:03\n'
  expect(missingFrom(printed, ['trunk carrier: 8 free', 'PBX main: … since 12:00:00'])).toBeUndefined()
  expect(missingFrom(printed, ['PBX main: …', 'trunk carrier: 8 free'])).toBe('trunk carrier: 8 free')
  expect(missingFrom(printed, ['trunk carrier: 8 busy'])).toBe('trunk carrier: 8 busy')
})

it('refuses to show what any output would do for', () => {
  expect(() => missingFrom('pstn  box', ['…'])).toThrow('"…" proves nothing')
  expect(() => missingFrom('1. trunk carrier', ['1. …'])).toThrow('proves nothing')
})
