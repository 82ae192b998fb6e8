import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PasswordFile } from '../../../src/identity/password-file.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { TestBox } from '../../support/test-box.ts'
import { eventually } from '../../support/within.ts'

let folder: TemporaryFolder
let box: TestBox

beforeEach(() => {
  folder = new TemporaryFolder('service')
  const script = `#!/bin/sh\necho "$*" >>${folder.file('heard')}\n`
  writeFileSync(folder.file('systemd-notify'), script, { mode: 0o755 })
  box = new TestBox({
    config: { admin: { token: `\${file:${folder.file('password')}}` } },
    environment: {
      PATH: `${folder.path}:${process.env.PATH}`,
      NOTIFY_SOCKET: folder.file('socket'),
      WATCHDOG_USEC: '3000000',
    },
  })
})

afterEach(async () => {
  await box.stop()
  folder.remove()
})

/** What comes while systemd is being told waits, and stands in one message: on one line. */
async function heard(what: RegExp): Promise<void> {
  const file = folder.file('heard')
  await eventually(
    20_000,
    `systemd to hear ${what}`,
    () => existsSync(file) && what.test(readFileSync(file, 'utf8')),
  )
}

it('the box tells systemd how it is, and takes a new password and a new certificate while it runs', async () => {
  await box.command('admin', 'password', '--create-if-missing')
  const first = (await box.command('admin', 'password', 'show')).trim()
  await box.start()
  await heard(/^READY=1 STATUS=normal: 0 phones, 0 calls\n/)
  await heard(/WATCHDOG=1\b.*WATCHDOG=1\b/s)
  expect(await box.command('health')).toBe('alive\n')

  const status = (password: string) => {
    const headers = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` }
    return fetch(`${box.adminUrl}/api/status`, { headers }).then((response) => response.status)
  }
  expect(await status(first)).toBe(200)
  const own = 'ein Paßwort, 密码: мой'
  new PasswordFile(folder.file('password')).change(own)
  expect(await status(first)).toBe(401)
  expect(await status(own)).toBe(200)
  expect(await box.command('survival', 'status')).toContain('PBX')

  process.kill(box.pid, 'SIGHUP')
  await heard(/MONOTONIC_USEC=\d+ RELOADING=1\b.*\bREADY=1\b/s)
  expect(await box.end()).toBe(0)
  await heard(/STOPPING=1 STATUS=stopping: no new calls, 0 calls left\b/)
  await expect(box.command('health')).rejects.toMatchObject({
    stdout: expect.stringContaining('ECONNREFUSED'),
  })
}, 90_000)
