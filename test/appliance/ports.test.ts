import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApplianceMachine } from './appliance-machine.ts'

interface DocumentedPort {
  /** `5060` or `30000-39999` */
  readonly port: string
  readonly transport: 'udp' | 'tcp'
  readonly isOpen: boolean
}

const machine = new ApplianceMachine()
const { booted } = machine

beforeAll(() => machine.start())
afterAll(() => machine.stop())

test('what listens is on the page of the ports', async () => {
  const sockets = await booted.run('ss', '-Hlntu')
  const listening = [...sockets.matchAll(/^(udp|tcp)\s+\S+\s+\S+\s+\S+\s+(\S+):(\d+)\s/gm)]
    // Nobody but the box itself gets there, and the kernel has chosen the port.
    .filter(([, , address = '', port]) => !(address === '127.0.0.1' && Number(port) >= 32_768))
    .map(([, transport, , port]) => `${port} ${transport}`)
  const documented = documentedPorts().map(({ port, transport }) => `${port} ${transport}`)
  expect(listening).toEqual(expect.arrayContaining(['5060 udp', '5060 tcp', '8160 tcp', '22222 udp']))
  expect([...new Set(listening)].filter((each) => !documented.includes(each))).toEqual([])
})

test('the firewall lets in what the page says, and nothing else', async () => {
  const rules = await booted.run('nft', 'list', 'chain', 'inet', 'causeway', 'input')
  expect(rules).toContain('policy drop')
  const open = [...rules.matchAll(/(udp|tcp) dport (\{[^}]*\}|\S+)/g)].flatMap(([, transport, ports = '']) =>
    [...ports.matchAll(/\d+(-\d+)?/g)].map(([port]) => `${port} ${transport}`),
  )
  const documented = documentedPorts().filter(({ isOpen }) => isOpen)
  expect(open.sort()).toEqual(documented.map(({ port, transport }) => `${port} ${transport}`).sort())
})

test('rules of its own with a mistake change nothing at a reload, and are left out at a start', async () => {
  const rules = () => booted.run('nft', 'list', 'ruleset')
  await booted.shell('mkdir /etc/causeway/firewall.d')
  await booted.shell("echo 'tcp dport 443 accept' > /etc/causeway/firewall.d/browsers.nft")
  await booted.run('systemctl', 'reload', 'nftables')
  await booted.shell("echo 'tcp port 444' > /etc/causeway/firewall.d/mistake.nft")
  expect((await booted.attempt('systemctl', 'reload', 'nftables')).code).not.toBe(0)
  expect(await rules()).toContain('tcp dport 443 accept')

  await booted.run('systemctl', 'restart', 'nftables')
  expect(await rules()).not.toContain('tcp dport 443 accept')
  expect(await rules()).toContain('tcp dport 8160 accept')
})

test('a server on a port that is not open is not reached from the network', async () => {
  const server =
    'import http.server as s; s.ThreadingHTTPServer(("", 8161), s.SimpleHTTPRequestHandler).serve_forever()'
  await booted.run('systemd-run', '--unit=stray', 'python3', '-c', server)
  const ask =
    'for i in $(seq 50); do python3 -c "import urllib.request as r; r.urlopen(\'http://127.0.0.1:8161\')" && exit; sleep 0.2; done; exit 1'
  await booted.shell(ask)
  await expect(machine.stray(8161)).rejects.toThrow(/timed out|Timeout/)
})

function documentedPorts(): readonly DocumentedPort[] {
  const page = readFileSync(new URL('../../docs/operate/ports.md', import.meta.url), 'utf8')
  return page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim())
    const [, ports = '', , , firewall] = cells
    const isOpen = firewall === 'open'
    // `5060 udp, tcp` is two, and so is `68 udp, 546 udp`.
    let port = ''
    return [...ports.matchAll(/(?:(\d+(?:-\d+)?) )?(udp|tcp)/g)].map(([, number, transport]) => {
      port = number ?? port
      return { port, transport: transport as 'udp' | 'tcp', isOpen }
    })
  })
}
