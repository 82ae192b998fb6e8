import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TinyDisk } from '../support/tiny-disk.ts'
import { ApplianceMachine } from './appliance-machine.ts'

// The data partition cannot be used: what the initrd then leaves to the system (initramfs-tools/scripts/local-bottom).

const machine = new ApplianceMachine()
const { booted, folder } = machine
const data = join(folder.path, 'data')
let memory: TinyDisk

beforeAll(async () => {
  await machine.prepare()
  memory = new TinyDisk(data)
  memory.mount(128)
  mkdirSync(join(data, 'etc/causeway'), { recursive: true })
  const settings = join(folder.path, 'usr/lib/causeway-box/settings-without-data.yaml')
  copyFileSync(settings, join(data, 'etc/causeway/causeway.yaml'))
  writeFileSync(join(data, 'in-memory'), '')
  await booted.start()
  await machine.findAddress()
  await machine.whenReady()
})

afterAll(async () => {
  await booted.stop()
  memory?.unmount()
  await machine.stop()
})

test('the console says so, and its password opens the pages', async () => {
  const screen = await machine.screen()
  expect(screen).toContain('the data partition cannot be used')
  const password = /Password\s+(\S+)/.exec(screen)?.[1]
  expect((await machine.pages('/', password)).status).toBe(200)
})

test('SIP is for nobody on the network', async () => {
  const sockets = await booted.run('ss', '-Hlntu', 'sport = :5060')
  const addresses = [...sockets.matchAll(/\s(\S+):5060\s/g)].map(([, address]) => address)
  expect([...new Set(addresses)]).toEqual(['127.0.0.1'])
})

test('the firewall is there', async () => {
  expect(await booted.run('nft', 'list', 'chain', 'inet', 'causeway', 'input')).toContain('policy drop')
})

test('no updates are fetched into its memory', async () => {
  await booted.run('systemctl', 'start', 'apt-daily.service')
  expect((await booted.run('systemctl', 'show', '-P', 'ConditionResult', 'apt-daily.service')).trim()).toBe(
    'no',
  )
})
