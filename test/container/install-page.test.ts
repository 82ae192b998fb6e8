import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { stringify } from 'yaml'
import { talk } from '../demo/talk.ts'
import { askPages } from '../support/ask-pages.ts'
import { NamespaceDoor } from '../support/namespace-door.ts'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { audioTarget } from '../support/sip/sdp-text.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, siteConfig } from '../support/site.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { eventually } from '../support/within.ts'
import { DockerDesk } from './support/docker-desk.ts'
import { DockerEngine } from './support/docker-engine.ts'
import { FollowedPage } from './support/followed-page.ts'

// Who follows the page on containers, from its first command to its last, with Debian's Docker.

const machineAddress = '192.0.2.10'
const { clone, engine: folder } = inject('images')
const scratch = new TemporaryFolder('install-container')
const engine = new DockerEngine(folder)
const desk = new DockerDesk(engine.address, clone, scratch.file('desk'))
const page = new FollowedPage('docs/operate/install-container.md', desk)
const machine = new NetworkNamespace()
const door = new NamespaceDoor(machine)
const phones: SipPhone[] = []

beforeAll(async () => {
  machine.create()
  machine.ip('link', 'add', 'lan', 'type', 'bridge')
  machine.ip('address', 'add', `${machineAddress}/24`, 'dev', 'lan')
  machine.ip('link', 'set', 'lan', 'up')
  await door.start()
  await engine.start(machine.name)
})

afterAll(async () => {
  for (const part of [...phones, door, engine]) await part.stop()
  machine.remove()
  scratch.remove()
})

async function phone(options: {
  readonly aor: string
  readonly password: string
  readonly server: string
  readonly at: string
  readonly tone?: number
}): Promise<SipPhone> {
  const { aor, password, server, at, tone } = options
  const phone = new SipPhone({
    ...{ aor, password, server: { host: server, port: 5060 }, listen: { address: at } },
    ...(tone === undefined ? {} : { tone }),
    openUdp: (address, port) => door.openUdp(address, port),
  })
  phones.push(phone)
  await phone.start()
  await phone.register()
  return phone
}

/** Resolves when the box at the machine's own address has answered who knows this password. */
async function showsPages(password: string): Promise<void> {
  const url = `http://${machineAddress}:8160/api/status`
  const ask = () => askPages(machine.name, url, password).catch(() => undefined)
  await eventually(60_000, 'the pages of the box', async () => (await ask())?.status === 200, 500)
}

test('one box: it is well, its password opens its pages, and it restarts', async () => {
  desk.atClone()
  expect(await page.typeTo(/causeway health$/)).toMatch(/^alive$/m)
  const [password = ''] = (await page.typeTo(/password show$/)).split('\n')
  await showsPages(password)
  await page.typeTo(/restart box$/)
  await showsPages(password)
  expect((await desk.type('docker compose down')).code).toBe(0)
})

test('the same box without compose', async () => {
  desk.atClone()
  await page.typeTo(/^docker run/)
  const password = () => engine.docker('exec', 'box', 'causeway', 'admin', 'password', 'show')
  const shown = await eventually(60_000, 'its password', () => password().catch(() => undefined), 500)
  await showsPages(shown.trim())
  await engine.docker('rm', '--force', 'box')
})

test('beside drachtio-server and rtpengine: a call is heard on both sides, by way of the relay', async () => {
  const settings = `${clone}/docker/drachtio/causeway.yaml`
  const { registrar, users } = siteConfig('201', '202')
  const own = readFileSync(settings, 'utf8').replace('\nsip:\n', `\nsip:\n  domains: [${site}]\n`)
  writeFileSync(settings, own + stringify({ registrar, users }))
  desk.atClone()
  await page.typeTo(/compose.drachtio.yaml up/)
  const at = { server: machineAddress, at: machineAddress }
  const low = await phone({ aor: `201@${site}`, password: 'secret-201', tone: 440, ...at })
  const high = await phone({ aor: `202@${site}`, password: 'secret-202', tone: 880, ...at })
  const call = await low.call('202')
  await call.answered()
  const answered = await high.nextCall()
  await answered.acknowledged()
  for (const [side, hertz] of [
    [call, 880],
    [answered, 440],
  ] as const) {
    const { port } = audioTarget(side.remoteSdp) ?? { port: 0 }
    expect(port).toBeGreaterThanOrEqual(30_000)
    expect(port).toBeLessThanOrEqual(34_999)
    await eventually(8_000, `the tone of ${hertz} Hz`, () => side.heard(hertz).share > 0.9)
  }
  await call.hangUp()
  expect((await desk.type('docker compose --file compose.drachtio.yaml down')).code).toBe(0)
})

test('the playground: two sites call each other, and the office goes on without its Asterisk', async () => {
  desk.atClone()
  expect(await page.typeTo(/overlay peers$/)).toContain('playground.example')
  // Of the machine itself, on the network of the playground.
  const at = '10.77.0.1'
  const [siteA, siteB] = ['10.77.0.11', '10.77.0.12'] as const
  const anna = await phone({ aor: 'anna@playground.example', password: 'anna', server: siteA, at })
  const berta = await phone({ aor: 'berta@playground.example', password: 'berta', server: siteB, at })
  await eventually(30_000, 'Berta to reach Anna', () => isTalk(berta, 'anna', anna), 500)
  await talk(anna, 'berta', berta)
  const low = await phone({ aor: '201@office.example', password: 'secret-201', server: siteA, at })
  const high = await phone({ aor: '202@office.example', password: 'secret-202', server: siteA, at })
  // As the Asterisk shows its callers; the box by itself shows them as they are.
  await talk(low, '202', high, 'sip:201@10.77.0.30')
  const echo = await low.call('600')
  await echo.answered()
  await echo.hangUp()
  await page.typeTo(/stop pbx$/)
  await eventually(30_000, 'a call without the Asterisk', () => isTalk(low, '202', high), 500)
  expect(await page.typeTo(/survival status$/)).toMatch(/^office \(office\.example\)\n +state +survival /m)
  await page.typeTo(/start pbx$/)
  await page.typeTo(/down --volumes$/)
  expect(await engine.docker('ps', '--all', '--quiet')).toBe('')
})

test('nothing on the page is left to type', () => {
  expect(page.left).toEqual([])
})

function isTalk(caller: SipPhone, dialled: string, callee: SipPhone): Promise<boolean> {
  return talk(caller, dialled, callee).then(
    () => true,
    () => false,
  )
}
