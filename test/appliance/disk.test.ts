import { execFileSync } from 'node:child_process'
import { readFileSync, truncateSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { askPages } from '../support/ask-pages.ts'
import { MachineLan } from '../support/machine-lan.ts'
import { QemuMachine, qemuPrograms } from '../support/qemu-machine.ts'
import { SippPhones } from '../support/sipp-phones.ts'
import { siteConfig } from '../support/site.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { AddressServer } from './address-server.ts'
import { applianceImage } from './appliance-root.ts'

// The disk in a machine, once: firmware, loader, kernel, first boot, a person at the console, phones, updates, a restart.

// Emulated, beside other work.
const bootMs = 900_000
const lan = new MachineLan({ port: 'card' })
const addresses = new AddressServer(lan)
const folder = new TemporaryFolder('disk')
const disk = folder.file('disk.img')
const gibibytes = 8
const machine = new QemuMachine({
  disk,
  namespace: lan.machine.namespace,
  port: 'card',
  mebibytes: 1_024,
})
let address = ''
let password = ''
const phones = new SippPhones({
  namespace: lan.phones.namespace.name,
  address: lan.phonesAddress,
  target: () => `${address}:5060`,
})

const pages = () => askPages(lan.phones.namespace.name, `http://${address}:8160/`, password)

vi.setConfig({ testTimeout: 2 * bootMs })

beforeAll(async () => {
  const programs = { ...qemuPrograms, sipp: 'sip-tester', curl: 'curl', dnsmasq: 'dnsmasq-base' }
  if (!installDebian(programs, 'the test of the disk')) throw new Error('programs are missing')
  const project = new URL('../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(project, 'utf8')) as { version: string }
  const image = applianceImage(version)
  const mebibytes = Number(execFileSync('du', ['-m', image], { encoding: 'utf8' }).split('\t')[0])
  console.log(`the image takes ${mebibytes} MiB of disk`)
  expect(mebibytes).toBeLessThan(1.2 * 1_024)
  execFileSync('cp', ['--sparse=always', image, disk])
  truncateSync(disk, gibibytes * 2 ** 30)
  lan.create()
  await addresses.start()
  await machine.start()
})

afterAll(async () => {
  await machine.stop()
  await addresses.stop()
  lan.remove()
  folder.remove()
})

test('the first boot ends with address, password and state on the console', async () => {
  const seen = await machine.console.see(
    /Pages\s+http:\/\/([\d.]+):8160[\s\S]*?Password\s+(\S+) \(the first one[\s\S]*?State\s+(normal|running)/,
    bootMs,
  )
  address = seen[1] ?? ''
  password = seen[2] ?? ''
  expect((await pages()).status).toBe(200)
})

test('the password of the console lets its owner in, who adds phones that call each other', async () => {
  const { console: screen } = machine
  await logIn()
  const settings = Object.entries(siteConfig('201', '202'))
  for (const [section, value] of settings)
    await screen.shell(
      `echo '${section}: ${JSON.stringify(value)}' | sudo tee -a /etc/causeway/causeway.yaml`,
    )
  await screen.shell('sudo systemctl restart causeway', bootMs)
  await phones.register('201', '202')
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('the first boot has grown the data to the end of the disk', async () => {
  const text = await machine.console.shell('df --output=size -m /data')
  const mebibytes = Number(/\s(\d+)\s/.exec(text)?.[1])
  expect(mebibytes).toBeGreaterThan((gibibytes - 5) * 1_024)
})

test('the box may listen where browsers look for it, and on no port below', async () => {
  const listen = (port: number) =>
    machine.console.shell(
      `sudo setpriv --reuid=causeway --clear-groups python3 -c 'import socket; socket.create_server(("", ${port}))'`,
      bootMs,
    )
  await listen(443)
  await expect(listen(442)).rejects.toThrow(/Permission denied/)
})

test('an update is written to the system, which is read-only before and after', async () => {
  const { console: screen } = machine
  await expect(screen.shell('sudo touch /opt/newer')).rejects.toThrow(/Read-only file system/)
  await screen.shell('mkdir -p /tmp/newer/DEBIAN /tmp/newer/opt && touch /tmp/newer/opt/newer')
  const control =
    'Package: newer\\nVersion: 1\\nArchitecture: all\\nMaintainer: A <a@example.org>\\nDescription: a\\n'
  await screen.shell(`printf '${control}' > /tmp/newer/DEBIAN/control`)
  await screen.shell('dpkg-deb --build /tmp/newer && sudo apt-get install -q -y /tmp/newer.deb', bootMs)
  await screen.shell('test -e /opt/newer')
  // Once apt has ended.
  await screen.shell('timeout 300 sh -c "while sudo touch /opt/late 2> /dev/null; do sleep 2; done"', bootMs)
})

test('a new kernel goes to the boot partition, as Debian hands it over', async () => {
  const { console: screen } = machine
  const kernel = '$(uname -r) /boot/vmlinuz-$(uname -r)'
  // As while apt works.
  await screen.shell('sudo mount -o remount,rw /')
  const said = await screen.shell(`sudo /etc/kernel/postinst.d/zz-systemd-boot ${kernel}`, bootMs)
  expect(said).toContain('in systemd-boot')
  const entries = await screen.shell("sudo sh -c 'cat /efi/loader/entries/*'")
  expect(entries.match(/^title/gm)).toHaveLength(1)
  expect(entries).toMatch(/^options\s+root=PARTLABEL=causeway-system-a ro /m)
  expect(entries).toMatch(/^linux\s+\/causeway-a\/\S+\/linux/m)
})

test('a restart of the machine keeps address, password and registrations', async () => {
  machine.console.type('sudo reboot\n')
  await machine.startAgain(300_000)
  const seen = await machine.console.see(
    /Pages\s+http:\/\/([\d.]+):8160[\s\S]*?State\s+(normal|running)/,
    bootMs,
  )
  expect(seen[1]).toBe(address)
  expect((await pages()).status).toBe(200)
  expect((await phones.call('201', '202')).successful).toBe(3)
})

async function logIn(): Promise<void> {
  const { console: screen } = machine
  screen.type('\n')
  await screen.see(/login: /, 60_000)
  screen.type('admin\n')
  await screen.see(/Password: /, 60_000)
  screen.type(`${password}\n`)
  await screen.see(/\$ /, 60_000)
  // So that no line is broken, nor what ends it.
  await screen.shell('stty columns 500')
}
