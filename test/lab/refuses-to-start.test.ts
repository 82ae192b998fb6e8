import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { site, users } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'

const config = { sip: { domains: [site] }, users: users('201') }

test('a port in use stops the start, named with its transport and its holder', async () => {
  const holder = createSocket('udp4')
  holder.bind(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address()
  const box = new TestBox({ config, sipPort: port })
  try {
    const { code, words } = await box.startInVain()
    expect(code).toBe(1)
    expect(words).toMatch(new RegExp(`udp.*127\\.0\\.0\\.1.*${port}`, 'is'))
    expect(words).toContain(String(process.pid))
  } finally {
    await new Promise<void>((resolve) => holder.close(resolve))
    await box.stop()
  }
})

test('a corrupt database stops the start, and the box says how to restore it', async () => {
  const box = new TestBox({ config })
  try {
    mkdirSync(box.dataDir, { recursive: true })
    writeFileSync(join(box.dataDir, 'causeway.db'), 'this was a database once'.repeat(500))
    const { code, words } = await box.startInVain()
    expect(code).toBe(1)
    expect(words).toContain('causeway.db')
    expect(words).toMatch(/restore|backup/i)
  } finally {
    await box.stop()
  }
})

test('a damaged membership of an overlay stops the start, named, with what to do', async () => {
  const box = new TestBox({ config })
  try {
    await box.command('overlay', 'create', 'town.example')
    const file = join(box.dataDir, 'overlay', 'town.example', 'membership.json')
    writeFileSync(file, '{"overlay": "town.exa')
    const { code, words } = await box.startInVain()
    expect(code).toBe(1)
    expect(words).toContain(`${file} cannot be used`)
    expect(words).toMatch(/restore the folder from a backup, or remove it and join again/)
  } finally {
    await box.stop()
  }
})

test('a wrong config stops the start with the key and the nearest known one', async () => {
  const box = new TestBox({ config: { ...config, sip: { lisen: [] } as never } })
  try {
    const { code, words } = await box.startInVain()
    expect(code).toBe(1)
    expect(words).toMatch(/sip\.lisen|lisen/)
    expect(words).toContain('listen')
  } finally {
    await box.stop()
  }
})

test('a plan that takes an emergency number stops the start, with the entry that does', async () => {
  const box = new TestBox({ config: { ...config, numbering: { rules: [{ match: '1XX', dial: '201' }] } } })
  try {
    const { code, words } = await box.startInVain()
    expect(code).toBe(1)
    expect(words).toMatch(/numbering\.rules\[0\].*112/)
  } finally {
    await box.stop()
  }
})
