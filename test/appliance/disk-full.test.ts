import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { TinyDisk } from '../support/tiny-disk.ts'
import { eventually } from '../support/within.ts'
import { ApplianceMachine } from './appliance-machine.ts'

const machine = new ApplianceMachine()
const { phones, unit } = machine
let disk: TinyDisk

beforeAll(async () => {
  await machine.prepare()
  disk = new TinyDisk(join(machine.folder.path, 'data/var/lib/causeway'))
  disk.mount(32)
  await machine.booted.start()
  await machine.findAddress()
  await machine.whenReady()
})

afterAll(async () => {
  await machine.booted.stop()
  disk?.unmount()
  await machine.stop()
})

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.log(await unit.lastWords())
})

test('calls go on while the disk is full, the log says it, and all is well when it has room again', async () => {
  await phones.register('201', '202')
  const was = await unit.mainPid()

  disk.fill()
  expect((await phones.call('201', '202')).successful).toBe(3)
  await eventually(10_000, 'a word about it', async () =>
    (await unit.lastWords()).includes('end of call not stored yet'),
  )
  // What is not stored is not promised (RFC 3261 §10.3 leaves the code to the registrar: 500).
  await expect(phones.register('201')).rejects.toThrow(/unexpected/)
  expect(await unit.mainPid()).toBe(was)

  disk.free()
  await phones.register('201', '202')
  const password = await machine.password()
  await eventually(30_000, 'the records of the calls', async () => {
    const { body } = await machine.pages('/api/calls/export?format=jsonl', password)
    return body.split('\n').filter((line) => line.includes('"endedBy":"caller"')).length === 3
  })
})

test('a box that was started anew on a full disk is there when it has room', async () => {
  disk.fill()
  await machine.booted.attempt('systemctl', 'restart', 'causeway')
  disk.free()
  await machine.whenReady(90_000)
  expect((await phones.call('201', '202')).successful).toBe(3)
})
