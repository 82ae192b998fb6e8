import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/within.ts'
import { ApplianceMachine } from './appliance-machine.ts'

const machine = new ApplianceMachine()
const { booted, phones, unit } = machine

beforeAll(() => machine.prepare())
afterAll(() => machine.stop())
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await unit.lastWords())
})

test('a box without a network is ready, and works as soon as there is one', async () => {
  machine.lan.cable.cut()
  await booted.start()
  await machine.whenReady()
  expect(await machine.addresses()).toEqual([])

  machine.lan.cable.mend()
  await machine.findAddress()
  await eventually(30_000, 'an answer', () => answers())
  await phones.register('201', '202')
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('phones call each other after the box has got another address', async () => {
  const was = await machine.findAddress()
  const is = await machine.findAddressAfter('static', '10.66.0.77/24', 'none')
  expect(is).toBe('10.66.0.77')
  await eventually(30_000, 'an answer', () => answers())
  expect((await phones.call('201', '202')).successful).toBe(3)
  expect(await booted.run('causeway-network')).toContain('static 10.66.0.77/24 none')

  expect(await machine.findAddressAfter('dhcp')).toBe(was)
  await eventually(30_000, 'an answer', () => answers())
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('an address comes each time that the way to get one is changed', async () => {
  const was = await machine.findAddress()
  for (let times = 0; times < 10; times++) {
    expect(await machine.findAddressAfter('static', '10.66.0.77/24', 'none')).toBe('10.66.0.77')
    expect(await machine.findAddressAfter('dhcp')).toBe(was)
  }
})

test('a public address in the settings is what others send sound to', async () => {
  const [own = ''] = await machine.addresses()
  expect(await soundAddress('198.51.100.7')).toBe(`${own}!198.51.100.7`)
  expect(await soundAddress('198.51.100.700')).toBe(own)
})

test('sound starts again for a new address, and goes on when that is gone and comes back', async () => {
  const was = await soundProcess()
  const other = ['fd00:66::1/64', 'dev', 'host0', 'nodad']
  await booted.run('ip', 'address', 'add', ...other)
  await eventually(30_000, 'another rtpengine', async () => !['0', was].includes(await soundProcess()))
  const is = await soundProcess()
  for (const change of ['del', 'add']) {
    await booted.run('ip', 'address', change, ...other)
    // That nothing is done about it nobody says; it was done within two seconds.
    await setTimeout(4_000)
    expect(await soundProcess(), change).toBe(is)
  }
})

test('an address that cannot be leaves the old one in force', async () => {
  const [was] = await machine.addresses()
  for (const wrong of ['10.66.0.300/24', '10.66.0.77', '10.66.0.255/24']) {
    const { code, text } = await booted.attempt('causeway-network', 'static', wrong, 'none')
    expect(code, wrong).toBe(1)
    expect(text).toContain('nothing was changed')
  }
  expect(await machine.addresses()).toEqual([was])
})

test('an address that cannot be written down is not said to be in force', async () => {
  await booted.shell('mount -t tmpfs -o size=4k tmpfs /mnt && head -c 4096 /dev/zero > /mnt/full')
  const full = 'CAUSEWAY_NETWORK_FOLDER=/mnt causeway-network static 10.66.0.78/24 none'
  const { code, text } = await booted.attempt('sh', '-c', full)
  expect(code).toBe(1)
  expect(text).toContain('nothing was changed')
})

test('sound is back however often it ends within seconds', async () => {
  for (let times = 0; times < 6; times++) {
    const was = await soundProcess()
    await booted.run('systemctl', 'kill', '--signal=KILL', 'rtpengine-daemon')
    await eventually(30_000, 'another rtpengine', async () => !['0', was].includes(await soundProcess()))
  }
})

/** With which address rtpengine runs after this is set as the public one. */
async function soundAddress(publicAddress: string): Promise<string | undefined> {
  await booted.shell(`echo ${publicAddress} > /etc/causeway/public-address`)
  await booted.run('systemctl', 'restart', 'rtpengine-daemon')
  const words = await booted.run('cat', `/proc/${await soundProcess()}/cmdline`)
  return /--interface=([\d.!]+)/.exec(words)?.[1]
}

/** The process of rtpengine: another one after each of its starts. */
async function soundProcess(): Promise<string> {
  return (await booted.run('systemctl', 'show', '-P', 'MainPID', 'rtpengine-daemon')).trim()
}

const answers = () =>
  machine.pages('/livez').then(
    ({ status }) => status === 200,
    () => false, // not there yet
  )
