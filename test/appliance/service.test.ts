import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/within.ts'
import { ApplianceMachine } from './appliance-machine.ts'

const machine = new ApplianceMachine()
const { booted, phones, unit } = machine

beforeAll(() => machine.start())
afterAll(() => machine.stop())
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await unit.lastWords())
})

test('everything starts, and the box is soon ready', async () => {
  expect(await booted.run('systemctl', '--failed', '--plain', '--no-legend')).toBe('')
  console.log((await booted.run('systemd-analyze')).trim())
  const mebibytes = await unit.memoryMebibytes()
  console.log(`ready ${await unit.startMs()} ms after its start; ${mebibytes} MiB when idle`)
  expect(mebibytes).toBeLessThanOrEqual(220)
})

test('owners of what is on the data partition have the numbers that they have in every build', async () => {
  const owners = 'causeway admin rtpengine systemd-network systemd-timesync'
  const text = await booted.shell(`for user in ${owners}; do echo $user $(id -u $user):$(id -g $user); done`)
  expect(text.trim().split('\n')).toEqual([
    'causeway 900:900',
    'admin 1000:1000',
    'rtpengine 901:901',
    'systemd-network 998:998',
    'systemd-timesync 997:997',
  ])
})

test('settings, which hold passwords, are read by root and the box only', async () => {
  const mode = await booted.run('stat', '-c', '%a %U:%G', '/etc/causeway/causeway.yaml')
  expect(mode).toBe('640 root:causeway\n')
})

test('phones register and call each other', async () => {
  await phones.register('201', '202')
  expect((await phones.call('201', '202', { calls: 10 })).successful).toBe(10)
})

test('the pages want the password of this box', async () => {
  const password = await machine.password()
  expect((await machine.pages('/', password)).status).toBe(200)
  for (const other of [undefined, 'admin', 'causeway'])
    expect((await machine.pages('/', other)).status, `with ${other}`).toBe(401)
})

test('a restart keeps the registrations', async () => {
  const was = await unit.mainPid()
  await booted.run('systemctl', 'restart', 'causeway')
  expect(await unit.mainPid()).not.toBe(was)
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('a box that is killed is back by itself, with its registrations', async () => {
  await replaced(30_000, () => booted.run('systemctl', 'kill', '--signal=KILL', 'causeway'))
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('a box that hangs is killed by the watchdog, and is back', async () => {
  // Twice the 30 s of the watchdog, and the time to start.
  await replaced(90_000, () => booted.run('systemctl', 'kill', '--signal=STOP', 'causeway'))
  expect(await unit.property('NRestarts')).not.toBe('0')
  expect((await phones.call('201', '202')).successful).toBe(3)
})

test('the power fails: registrations are there after the next boot', async () => {
  await booted.cutPower()
  await booted.start()
  await machine.findAddress()
  await machine.whenReady()
  expect((await phones.call('201', '202')).successful).toBe(3)
})

async function replaced(ms: number, harm: () => Promise<unknown>): Promise<void> {
  const was = await unit.mainPid()
  await harm()
  await eventually(
    ms,
    'another process',
    async () => {
      const pid = await unit.mainPid()
      return pid !== 0 && pid !== was && (await unit.state()) === 'active'
    },
    500,
  )
}
