import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf } from '../support/docs/page-blocks.ts'
import { commandsOf } from '../support/docs/page-commands.ts'
import { eventually } from '../support/within.ts'
import { ApplianceMachine } from './appliance-machine.ts'
import { byHand } from './by-hand.ts'

// What the pages on the image and its ports have root type, in their order, and whether it did what they say.

const machine = new ApplianceMachine()
const { booted } = machine

const settings = '/etc/causeway/causeway.yaml'
const remark = '# changed by hand'
// nano: writes the line at the top, then Ctrl+O and Enter keep the file under its name, Ctrl+X leaves.
const keys = `${remark}\r\x0f\r\x18`

/** What must be so after a command; each is found on its page. `said` is what the command printed. */
const afterwards: Readonly<Record<string, readonly [RegExp, (said: string) => unknown][]>> = {
  'docs/operate/install-image.md': [
    [/^editor /, async () => expect(await booted.run('head', '-n', '1', settings)).toBe(`${remark}\n`)],
    [/^systemctl restart causeway$/, () => machine.whenReady()],
    [/^causeway-network$/, (said) => expect(said).toMatch(/^host0: dhcp\n.*address 10\.66\.0\.5\d/s)],
    [/^causeway-network static /, hasFixedAddress],
    [/^causeway-network dhcp$/, async () => expect(await machine.findAddress('192.0.2.10')).toMatch(/^10\./)],
    [/^systemctl restart rtpengine-daemon$/, offersPublicAddress],
  ],
  'docs/operate/ports.md': [
    [/^nft list /, (said) => expect(said).toMatch(/tcp dport 443 accept\n.*udp dport 5060 /s)],
  ],
}

beforeAll(() => machine.start())
afterAll(() => machine.stop())

test.each(Object.entries(afterwards))('every command of %s does what the page says', async (page, checks) => {
  const commands = blocksOf(page)
    .flatMap(commandsOf)
    .filter(({ place }) => place === 'root')
  expect(checks.filter(([command]) => !commands.some(({ text }) => command.test(text)))).toEqual([])
  for (const { line, text, exitCode } of commands) {
    const typed = text.startsWith('editor ') ? byHand(text, '^X', keys) : (['sh', '-c', text] as const)
    const { code, text: said } = await booted.attempt(...typed)
    expect(code, `${page}:${line}: ${text}\n${said}`).toBe(exitCode)
    for (const [command, check] of checks) if (command.test(text)) await check(said)
  }
})

test('what listens on the port that was opened is reached from the network', async () => {
  const server =
    'import http.server as s; s.ThreadingHTTPServer(("", 443), s.SimpleHTTPRequestHandler).serve_forever()'
  await booted.run('systemd-run', '--unit=browsers', 'python3', '-c', server)
  await eventually(30_000, 'the server', async () =>
    (await booted.run('ss', '-Hlnt', 'sport = 443')).includes('LISTEN'),
  )
  expect((await machine.stray(443)).status).toBe(200)
})

test('the rules that keep the pages for one network keep others from them', async () => {
  const [rules] = blocksOf('docs/operate/ports.md').filter(({ text }) => text.startsWith('tcp dport 8160'))
  const file = '/etc/causeway/firewall.d/pages.nft'
  expect((await machine.pages('/livez')).status).toBe(200)
  await booted.shell(`cat > ${file} <<'END'\n${rules?.text}\nEND\nsystemctl reload nftables`)
  await expect(machine.pages('/livez')).rejects.toThrow(/timed out|Timeout/)
})

async function hasFixedAddress(): Promise<void> {
  const lines = ['static 192.0.2.10/24 192.0.2.1 192.0.2.53 192.0.2.54', 'address 192.0.2.10/24']
  lines.push('gateway 192.0.2.1', 'names from 192.0.2.53', 'names from 192.0.2.54')
  await eventually(30_000, `causeway-network to say ${lines.join(', ')}`, async () => {
    const said = await booted.run('causeway-network')
    return lines.every((line) => said.includes(line))
  })
}

async function offersPublicAddress(): Promise<void> {
  const pid = (await booted.run('systemctl', 'show', '-P', 'MainPID', 'rtpengine-daemon')).trim()
  const [own] = await machine.addresses()
  expect(await booted.run('cat', `/proc/${pid}/cmdline`)).toContain(`--interface=${own}!198.51.100.7`)
}
