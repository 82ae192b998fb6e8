import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { askPages } from '../support/ask-pages.ts'
import { ChildProgram } from '../support/child-program.ts'
import { blocksOf } from '../support/docs/page-blocks.ts'
import { commandsOf } from '../support/docs/page-commands.ts'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { SerialConsole } from '../support/serial-console.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { eventually } from '../support/within.ts'
import { applianceImage } from './appliance-root.ts'

// What the page on the image has people type at their desk, up to a box in qemu that is reached through forwarded ports.

const page = 'docs/operate/install-image.md'
const notTyped: readonly { command: RegExp; because: string }[] = [
  { command: /^npm ci$/, because: 'without it there is no test' },
  { command: /^npm run appliance:build$/, because: 'it made the image that is tested here' },
]
const commands = blocksOf(page)
  .flatMap(commandsOf)
  .filter(({ place }) => place === 'desk')
const typed = commands.filter(({ text }) => !notTyped.some(({ command }) => command.test(text)))
const toStick = ({ text }: { text: string }) => text === 'lsblk' || text.includes('/dev/DISK')

// One that is emulated, beside other work.
const bootMs = 1_200_000
const folder = new TemporaryFolder('desk')
const network = new NetworkNamespace()
const serial = folder.file('serial')
const image = 'causeway-VERSION-amd64.img'
const url = 'http://127.0.0.1:8160/'
let machine: ChildProgram | undefined
let screen: SerialConsole | undefined

beforeAll(() => {
  const programs = {
    'qemu-system-x86_64': 'qemu-system-x86',
    '/usr/share/ovmf/OVMF.fd': 'ovmf',
    curl: 'curl',
  }
  if (!installDebian(programs, 'the test of forwarded ports')) throw new Error('programs are missing')
  network.create()
})

afterAll(async () => {
  screen?.close()
  await machine?.stop()
  network.remove()
  folder.remove()
})

test('what is not typed here is on the page', () => {
  expect(notTyped.filter(({ command }) => !commands.some(({ text }) => command.test(text)))).toEqual([])
})

test('the image is written to a disk as it is', () => {
  // A little one, to a file.
  writeFileSync(folder.file(image), randomBytes(9_000_001))
  for (const { text } of typed.filter(toStick)) type(text.replace('/dev/DISK', 'stick'))
  expect(readFileSync(folder.file('stick')).equals(readFileSync(folder.file(image)))).toBe(true)
  rmSync(folder.file(image))
})

test(
  'the last command of the page starts a box whose pages open through the forwarded port',
  async () => {
    const [start, ...before] = typed.filter((each) => !toStick(each)).toReversed()
    symlinkSync(applianceImage(version()), folder.file(image))
    for (const { text } of before.reverse()) type(text)

    // No window, and its serial port where the test reads it.
    const here = `-display none -chardev socket,id=serial,path=${serial},server=on,wait=off -serial chardev:serial`
    machine = await ChildProgram.start({
      command: 'sh',
      args: ['-c', `exec ${start?.text} ${here}`],
      cwd: folder.path,
      namespace: network.name,
    })
    await eventually(20_000, 'the serial port', () => existsSync(serial))
    screen = await SerialConsole.open(serial)
    const seen = await screen.see(
      /Password\s+(\S+) \(the first one(?:(?!Password)[\s\S])*?State\s+normal/,
      bootMs,
    )
    expect((await askPages(network.name, url)).status).toBe(401)
    expect((await askPages(network.name, url, seen[1])).status).toBe(200)
  },
  2 * bootMs,
)

function version(): string {
  const project = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(project, 'utf8')) as { version: string }).version
}

function type(text: string): void {
  execFileSync('sh', ['-c', text], { cwd: folder.path, stdio: 'pipe' })
}
