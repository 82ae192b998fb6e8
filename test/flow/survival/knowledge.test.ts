import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeReadiness } from '../../../src/cli/survival-readiness.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { Gateway } from '../../../src/gateway.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { Readiness } from '../../../src/survival/knowledge/readiness.ts'
import { freePort } from '../../support/free-port.ts'
import { SipPhone } from '../../support/sip-phone.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { eventually } from '../../support/within.ts'
import { md5Digest } from '../../unit/survival/knowledge/fixture-files.ts'

const csv = [
  'kind,user,name,aliases,numbers,password,realm,members',
  'user,201,Anna,21,+4930555201,anna-secret,asterisk,',
  'user,202,Bert,22,,bert-secret,asterisk,',
  'user,203,Carl,,,,,',
  'group,600,,,+4930555600,,,202 299',
].join('\n')

/** A box whose PBX is dead from the first moment on. Its data outlive it. */
class LonelyBox {
  readonly folder = new TemporaryFolder('knowledge')
  readonly #ports: Promise<readonly number[]> = Promise.all([freePort(), freePort(), freePort()])
  #gateway: Gateway | undefined
  sipPort = 0
  adminUrl = ''

  async start(): Promise<void> {
    const [sipPort = 0, adminPort = 0, pbxPort = 0] = await this.#ports
    this.sipPort = sipPort
    this.adminUrl = `http://127.0.0.1:${adminPort}`
    const config = configSchema.parse({
      sip: { domains: ['box.example'], listen: [`sip:127.0.0.1:${sipPort};transport=udp`] },
      admin: { port: adminPort },
      pbxs: [
        {
          name: 'office',
          server: `127.0.0.1:${pbxPort}`,
          domain: 'office.example',
          optionsIntervalMs: 200,
          patienceMs: 300,
        },
      ],
    })
    const { path } = this.folder
    this.#gateway = new Gateway(
      { config, path: undefined, folder: path, dataDir: path, notes: [] },
      silentLog,
    )
    await this.#gateway.start()
    await eventually(20_000, 'survival', async () => {
      const { answer } = await this.ask('/api/status')
      return (answer.pbxs as { state: string }[])[0]?.state === 'survival'
    })
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop()
    this.#gateway = undefined
  }

  async ask(path: string, body?: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
    const post = { method: 'POST', body: JSON.stringify(body) }
    const signal = AbortSignal.timeout(10_000)
    const response = await fetch(this.adminUrl + path, body === undefined ? { signal } : { ...post, signal })
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
  }

  async readiness(): Promise<Readiness> {
    const { answer } = await this.ask('/api/survival/readiness')
    const [first] = answer.readiness as Readiness[]
    if (!first) throw new Error('no PBX')
    return first
  }
}

describe('what was imported before the PBX died', () => {
  let box: LonelyBox
  let phones: SipPhone[]

  beforeEach(async () => {
    box = new LonelyBox()
    phones = []
    await box.start()
  })

  afterEach(async () => {
    for (const phone of phones) await phone.stop()
    await box.stop()
    box.folder.remove()
  })

  async function phone(user: string, password: string): Promise<SipPhone> {
    const server = { host: '127.0.0.1', port: box.sipPort }
    const started = new SipPhone({ aor: `${user}@office.example`, password, server })
    phones.push(started)
    await started.start()
    await started.register()
    return started
  }

  const faultsOfBox = [
    'the group 600 has members whom nobody knows: 299',
    'nobody could call for help: add a trunk, or join an overlay in which a site has one',
  ]
  const importCsv = (more: object = {}) =>
    box.ask('/api/survival/import', { pbx: 'office', from: 'csv', text: csv, ...more })

  it('lets its phones register and call by their short numbers, after a restart of the box too', async () => {
    expect(await importCsv()).toMatchObject({
      status: 200,
      answer: { imported: { counts: { extensions: 3 } } },
    })
    await box.stop()
    await box.start()
    const anna = await phone('201', 'anna-secret')
    await phone('202', 'bert-secret')
    for (const number of ['22', '600']) {
      const call = await anna.call(number)
      await call.answered()
      await call.hangUp()
    }
    await expect(phone('203', 'any')).rejects.toThrow()
  })

  it('is told extension by extension, with what is wanting', async () => {
    await importCsv()
    await phone('201', 'anna-secret')
    const readiness = await box.readiness()
    expect(readiness.extensions.map(({ aor, grade }) => [aor, grade])).toEqual([
      ['sip:201@office.example', 'partly'],
      ['sip:202@office.example', 'partly'],
      ['sip:203@office.example', 'fails'],
    ])
    expect(readiness.faults).toEqual(faultsOfBox)
    const text = describeReadiness(readiness)
    expect(text).toContain('PBX office: 3 extensions, 1 of them without service if it died now')
    expect(text).toContain('FAILS  sip:203@office.example (Carl)')
    expect(text).not.toContain('secret')
  })

  it('lies sealed on the disk: the database alone reveals neither passwords nor digests', async () => {
    await importCsv()
    await box.stop()
    const files = readdirSync(box.folder.path, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.startsWith('causeway.db'))
      .map((file) => readFileSync(join(file.parentPath, file.name)))
    expect(files.length).toBeGreaterThan(0)
    const { ha1 } = md5Digest('201', 'anna-secret', 'asterisk')
    for (const bytes of files)
      for (const secret of ['anna-secret', ha1, Buffer.from(ha1, 'hex'), 'Anna'])
        expect(bytes.includes(secret)).toBe(false)
    rmSync(box.folder.file('pbx-knowledge.key'))
    await box.start()
    const { faults } = await box.readiness()
    expect(faults[0]).toMatch(/imported of the PBX office cannot be read: the key file .* is missing/)
    await importCsv()
    expect((await box.readiness()).faults).toEqual(faultsOfBox)
  })

  it('a dry run and a wrong line change nothing', async () => {
    const { answer } = await importCsv({ dryRun: true })
    expect(answer).toMatchObject({ imported: { change: { extensions: { added: ['201', '202', '203'] } } } })
    expect(await importCsv({ text: `${csv}\nuser,202` })).toEqual({
      status: 400,
      answer: { error: 'line 6: 202 is already a name on line 3' },
    })
    expect((await box.readiness()).extensions).toEqual([])
    expect((await importCsv({ pbx: 'depot' })).status).toBe(404)
    expect((await box.ask('/api/survival/import', { pbx: 'office', from: 'asterisk' })).status).toBe(400)
  })
})
