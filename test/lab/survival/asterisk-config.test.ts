import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PbxKnowledge } from '../../../src/domain/known-extension.ts'
import { readAmiConfig } from '../../../src/drivers/asterisk/ami-config.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { asteriskKnowledge } from '../../../src/survival/knowledge/asterisk/asterisk-knowledge.ts'
import type { Readiness } from '../../../src/survival/knowledge/readiness.ts'
import { Asterisk } from '../../support/asterisk.ts'
import { freePort } from '../../support/free-port.ts'
import { type RunningBox, runBox } from '../../support/running-box.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { eventually } from '../../support/within.ts'
import {
  fixtureFiles,
  knowledgeOf,
  md5Digest,
  readGermanNumber,
} from '../../unit/survival/knowledge/fixture-files.ts'

const files = fixtureFiles('plain')
const phones: SipPhone[] = []
let asterisk: Asterisk
let box: RunningBox

beforeAll(async () => {
  asterisk = new Asterisk({ files })
  await asterisk.start()
  const pbx = { name: 'office', server: asterisk.hostPort, domain: 'office.example', asterisk: 'office' }
  box = await runBox({
    sip: { domains: ['box.example'] },
    numbering: { country: 'DE', areaCode: '30' },
    asterisks: [{ name: 'office', port: asterisk.amiPort, username: 'causeway', secret: 'secret' }],
    pbxs: [{ ...pbx, optionsIntervalMs: 200, optionsTimeoutMs: 2_000, patienceMs: 500 }],
    admin: { port: await freePort() },
  })
}, 600_000)

afterAll(async () => {
  for (const phone of phones) await phone.stop()
  await box?.stop()
  await asterisk.stop()
})

async function ask<Answer>(path: string, order?: object): Promise<Answer> {
  const post = order && { method: 'POST', body: JSON.stringify(order) }
  const response = await fetch(box.adminUrl + path, { ...post, signal: AbortSignal.timeout(30_000) })
  return (await response.json()) as Answer
}

async function phone(user: string, password: string): Promise<SipPhone> {
  const made = new SipPhone({ aor: `${user}@office.example`, password, server: box.server })
  phones.push(made)
  await made.start()
  await made.register()
  return made
}

it('a real Asterisk tells over AMI what its files say', async () => {
  const account = { host: asterisk.address, port: asterisk.amiPort, username: 'causeway', secret: 'secret' }
  const config = await readAmiConfig(account, systemClock)
  const told = asteriskKnowledge(config, {
    makeDigests: (username, password, realm) => [md5Digest(username, password, realm)],
    readNumber: readGermanNumber,
  })
  expect(withoutOrder(told)).toEqual(withoutOrder(knowledgeOf(files)))
})

it('what it has told outlives it: its phones register at the box by the same passwords, and call by their numbers', async () => {
  const order = { pbx: 'office', from: 'asterisk' }
  await eventually(20_000, 'what the Asterisk tells', async () => {
    const { imported } = await ask<{ imported?: unknown }>('/api/survival/import', order)
    return imported !== undefined
  })
  await asterisk.stop()
  await eventually(20_000, 'survival', async () => {
    const { pbxs } = await ask<{ pbxs: { state: string }[] }>('/api/status')
    return pbxs[0]?.state === 'survival'
  })
  const anna = await phone('201', 'anna-secret')
  await phone('carol', 'carol-secret')
  for (const number of ['203', 'carol', '400']) {
    const call = await anna.call(number)
    await call.answered()
    await call.hangUp()
  }
  await expect(phone('202', 'not-his')).rejects.toThrow()
  const { readiness } = await ask<{ readiness: Readiness[] }>('/api/survival/readiness')
  expect(readiness[0]?.extensions.map(({ aor }) => aor).toSorted()).toEqual([
    'sip:201@office.example',
    'sip:202@office.example',
    'sip:carol@office.example',
  ])
  expect(readiness[0]?.faults).toEqual([
    expect.stringContaining('+4930555700 has no target'),
    expect.stringContaining('+4930555800 has no target'),
    expect.stringContaining('nobody could call for help'),
  ])
})

function withoutOrder({ extensions, groups, dids, unread }: PbxKnowledge) {
  const byName = (one: { user: string }, other: { user: string }) => one.user.localeCompare(other.user)
  return {
    extensions: [...extensions].sort(byName),
    groups: [...groups].sort(byName),
    dids: new Set(dids),
    unread: new Set(unread),
  }
}
