import { afterEach, expect, test } from 'vitest'
import type { CallRecord } from '../../src/domain/call-record.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { TinyDisk } from '../support/tiny-disk.ts'
import { eventually } from '../support/within.ts'

const phones: SipPhone[] = []
let box: TestBox
let disk: TinyDisk

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()))
  disk.unmount()
  await box.stop()
})

async function registered(user: string): Promise<SipPhone> {
  const phone = new SipPhone({ aor: `${user}@${site}`, password: `secret-${user}`, server: box.server })
  phones.push(phone)
  await phone.start()
  await phone.register()
  return phone
}

async function recordOf(callId: string): Promise<CallRecord | undefined> {
  const response = await fetch(`${box.adminUrl}/api/calls/export?format=jsonl`)
  const lines = (await response.text()).split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as CallRecord).find((record) => record.callId === callId)
}

test('calls go on while the disk is full, and their records are there when it has room again', async () => {
  box = new TestBox({ config: { sip: { domains: [site] }, users: users('201', '202') } })
  await box.writeConfig()
  disk = new TinyDisk(box.dataDir)
  disk.mount()
  await box.start()
  const [anna] = [await registered('201'), await registered('202')]
  const before = await anna.call('202')
  await before.answered()

  disk.fill()
  await before.hangUp()
  const meanwhile = await anna.call('202')
  await meanwhile.answered()
  await meanwhile.hangUp()
  await eventually(5_000, 'a word about it', () =>
    box.log.some((line) => line.includes('end of call not stored yet')),
  )

  disk.free()
  for (const { callId } of [before, meanwhile]) {
    const record = await eventually(20_000, 'the record of the call', () => recordOf(callId))
    expect(record).toMatchObject({ status: 200, endedBy: 'caller' })
  }
})
