import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { causewayCommand } from '../../support/causeway-command.ts'
import { ChildProgram } from '../../support/child-program.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { within } from '../../support/within.ts'

const host = '127.0.0.1'

it('a box that is told to stop while it starts ends at once, and does not leave that to the kernel', async () => {
  // It waits for an answer of this engine, for ten seconds.
  const engine = createServer().listen(0, host)
  await once(engine, 'listening')
  const folder = new TemporaryFolder('told-early')
  const config = folder.file('causeway.yaml')
  const { port } = engine.address() as AddressInfo
  const sip = { engine: 'drachtio', drachtio: { host, port, secret: 'S' } }
  writeFileSync(config, JSON.stringify({ box: { dataDir: folder.path }, admin: { enabled: false }, sip }))

  const asked = once(engine, 'connection')
  const args = [...causewayCommand, 'start', '--config', config]
  const box = await ChildProgram.start({ command: process.execPath, args })
  onTestFinished(async () => {
    await box.stop()
    engine.close()
    folder.remove()
  })
  await within(30_000, 'the box to ask its engine', asked)
  box.kill('SIGTERM')
  // The kernel would have said 143, and to the first process of a container nothing.
  expect(await box.exited(30_000), box.lastWords).toBe(0)
})
