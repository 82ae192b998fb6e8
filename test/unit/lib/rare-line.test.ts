import { expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { RareLine } from '../../../src/lib/rare-line.ts'

it('says one line in ten seconds for each subject, and how many were left out', () => {
  const clock = new FakeClock(1_000_000)
  const line = new RareLine(clock)
  const said: string[] = []
  const flood = (subject: string) => {
    for (let times = 0; times < 5; times++) line.say(subject, (unsaid) => said.push(`${subject} ${unsaid}`))
  }
  flood('a')
  flood('b')
  clock.advance(9_999)
  flood('a')
  expect(said).toEqual(['a 0', 'b 0'])
  clock.advance(1)
  flood('a')
  expect(said).toEqual(['a 0', 'b 0', 'a 9'])
})
