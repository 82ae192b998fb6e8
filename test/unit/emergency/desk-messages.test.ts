import { expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import { DeskMessages } from '../../../src/emergency/desk-messages.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { settled } from '../../support/fake-sip-stack.ts'

function aDesk(takes: (user: string, attempt: number) => boolean | 'never') {
  const clock = new FakeClock()
  const sent: string[] = []
  const phones = {
    deliver: ({ user }: { user: string }) => {
      sent.push(user)
      const answer = takes(user, sent.filter((each) => each === user).length)
      return answer === 'never' ? new Promise<boolean>(() => undefined) : Promise.resolve(answer)
    },
  }
  const desk = [aor('200', 'site-a.example'), aor('201', 'site-a.example')]
  const messages = new DeskMessages({ desk, phones, clock, log: silentLog })
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds)
    await settled()
  }
  return { messages, sent, pass }
}

it('a message goes to everybody at the desk, and again until one has taken it', async () => {
  const { messages, sent, pass } = aDesk((user, attempt) => user === '201' && attempt === 2)
  messages.show('help')
  await settled()
  expect(sent).toEqual(['200', '201'])
  await pass(10_000)
  expect(sent).toEqual(['200', '201', '200', '201'])
  await pass(600_000)
  expect(sent).toHaveLength(4)
})

it('is given up after some minutes, also when phones say nothing at all', async () => {
  const { messages, sent, pass } = aDesk(() => 'never')
  messages.show('help')
  for (let i = 0; i < 60; i++) {
    await pass(8_000)
    await pass(10_000)
  }
  expect(sent).toHaveLength(60)
})

it('is sent no more when the box stops', async () => {
  const { messages, sent, pass } = aDesk(() => false)
  messages.show('help')
  await settled()
  await messages.stop()
  await pass(60_000)
  expect(sent).toHaveLength(2)
})
