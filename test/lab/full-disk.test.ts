import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { TinyDisk } from '../support/tiny-disk.ts'
import { eventually } from '../support/within.ts'

const domain = 'town.example'

interface Overlays {
  readonly overlays: readonly { peerName: string; peers: readonly { connected: boolean }[] }[]
}

let inviting: TestBox
let tight: TestBox
let disk: TinyDisk
const others: TestBox[] = []

beforeAll(async () => {
  inviting = await makeBox()
  await inviting.command('overlay', 'create', domain)
  await inviting.start()
})

afterAll(() => inviting.stop())

beforeEach(async () => {
  tight = await otherBox()
  disk = new TinyDisk(tight.dataDir)
  disk.mount()
})

afterEach(async () => {
  disk.unmount()
  for (const box of others.splice(0)) await box.stop()
})

async function makeBox(): Promise<TestBox> {
  const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`]
  const box = new TestBox({
    config: { sip: { domains: [site] }, users: users('201'), overlays: [{ domain, listen, mdns: false }] },
  })
  await box.writeConfig()
  return box
}

/** Is gone after the test. */
async function otherBox(): Promise<TestBox> {
  const box = await makeBox()
  others.push(box)
  return box
}

async function ticket(): Promise<string> {
  const printed = await inviting.command('overlay', 'invite', '--json')
  return (JSON.parse(printed) as { ticket: string }).ticket
}

async function inVain(box: TestBox, ...words: readonly string[]): Promise<{ code: number; stderr: string }> {
  return box.command(...words).then(
    (printed) => {
      throw new Error(`it worked: ${printed}`)
    },
    (error: { code: number; stderr: string }) => error,
  )
}

const connectedTo = async (box: TestBox): Promise<number> => {
  const [overlay] = (await box.ask<Overlays>('/api/overlay')).overlays
  return overlay?.peers.filter(({ connected }) => connected).length ?? 0
}
const nameOf = async (box: TestBox) => (await box.ask<Overlays>('/api/overlay')).overlays[0]?.peerName

test('a box that cannot join on a full disk says so in a line, and joins by the same ticket when there is room', async () => {
  const word = await ticket()
  disk.fill()
  const { code, stderr } = await inVain(tight, 'overlay', 'join', word)
  expect(code).toBe(1)
  expect(stderr).toMatch(/no space left|disk is full/)
  expect(stderr).toContain(tight.dataDir)
  expect(stderr.trim().split('\n').length, stderr).toBe(1)
  disk.free()
  expect(await tight.command('overlay', 'join', word)).toContain(`member of ${domain}`)
  const late = await otherBox()
  expect((await inVain(late, 'overlay', 'join', word)).stderr).toMatch(/was used at .* by another box/)
})

test('a box whose disk fills up while it runs goes on, says so, and loses nothing', async () => {
  await tight.command('overlay', 'join', await ticket())
  await tight.start()
  const name = await nameOf(tight)
  await eventually(10_000, 'the two to be connected', async () => (await connectedTo(tight)) === 1)
  disk.fill()
  const late = await otherBox()
  await late.command('overlay', 'join', await ticket())
  await late.start()
  await eventually(15_000, 'all to be connected', async () => (await connectedTo(tight)) === 2)
  await eventually(5_000, 'a word about it', () =>
    tight.log.some((line) => line.includes('peers cannot be remembered')),
  )
  disk.free()
  await tight.kill()
  await tight.start()
  expect(await nameOf(tight)).toBe(name)
  await eventually(15_000, 'all to be connected again', async () => (await connectedTo(tight)) === 2)
})
