import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { users } from '../support/site.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { TestBox } from '../support/test-box.ts'
import { eventually } from '../support/within.ts'
import { WrongClock } from '../support/wrong-clock.ts'

const domain = 'site-a.test'

interface LookUp {
  readonly found: readonly { readonly phoneless: readonly string[] }[]
}

let folder: TemporaryFolder
let clock: WrongClock
let boxes: readonly TestBox[]
let wrong: TestBox

beforeEach(async () => {
  folder = new TemporaryFolder('clock')
  clock = new WrongClock(folder.file('time'))
  const first = await makeBox('201')
  boxes = [first, await makeBox('202'), await makeBox('203', clock.environment)]
  wrong = boxes[2] as TestBox
  await first.command('overlay', 'create', domain)
  await first.start()
  for (const box of boxes.slice(1)) {
    const invited = await first.command('overlay', 'invite', '--json')
    await box.command('overlay', 'join', (JSON.parse(invited) as { ticket: string }).ticket)
    await box.start()
  }
})

afterEach(async () => {
  for (const box of boxes) await box.stop()
  folder.remove()
})

async function makeBox(user: string, environment?: Readonly<Record<string, string>>): Promise<TestBox> {
  const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`]
  return new TestBox({
    config: { sip: { domains: [domain] }, users: users(user), overlays: [{ domain, listen, mdns: false }] },
    ...(environment && { environment }),
  })
}

/** The line of `causeway overlay status` that is about clocks. */
async function clockLine(box: TestBox): Promise<string> {
  const lines = (await box.command('overlay', 'status')).split('\n')
  return lines.find((line) => line.includes(' clock ')) ?? ''
}

test('a clock ten minutes ahead is told at the box and at the others, and once set all goes on by itself', async () => {
  await eventually(20_000, 'all to agree', async () => /agrees/.test(await clockLine(wrong)), 500)
  clock.set(10)
  await eventually(
    30_000,
    'the box to know',
    async () =>
      /this box's clock is 10 min ahead of those of 2 of 2 other boxes: set it/.test(await clockLine(wrong)),
    500,
  )
  const [first] = boxes as [TestBox]
  await eventually(
    30_000,
    'the others to know',
    async () => /the clock of \S+ is 10 min ahead: set it there/.test(await clockLine(first)),
    500,
  )
  clock.set(0)
  await eventually(30_000, 'all to agree again', async () => /agrees/.test(await clockLine(wrong)), 500)
  const { found } = await first.ask<LookUp>(`/api/overlay/lookup?aor=sip:203@${domain}`)
  expect(found[0]?.phoneless.length).toBe(1)
  expect(first.log.some((line) => line.includes('"msg":"a box was lost"'))).toBe(false)
})
