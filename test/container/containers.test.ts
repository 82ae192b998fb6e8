import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { stringify } from 'yaml'
import { talk } from '../demo/talk.ts'
import { askPages } from '../support/ask-pages.ts'
import { NamespaceDoor } from '../support/namespace-door.ts'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { SipPhone } from '../support/sip-phone.ts'
import { site, siteConfig } from '../support/site.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { ComposeService } from './support/compose-service.ts'
import { ContainerStore } from './support/container-store.ts'
import { RunningContainer } from './support/running-container.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const docker = `${project}docker`
const scratch = new TemporaryFolder('container-test')
const store = new ContainerStore()
const service = new ComposeService(`${docker}/compose.yaml`, 'box')

beforeAll(() => store.load(inject('images').archive))

afterAll(async () => {
  await store.remove()
  scratch.remove()
})

describe('one box, as docker/compose.yaml runs it', () => {
  const namespace = new NetworkNamespace()
  const door = new NamespaceDoor(namespace)
  const settings = scratch.file('causeway.yaml')
  const box = new RunningContainer({
    ...{ store, service, name: 'box', namespace: namespace.name },
    files: { '/etc/causeway/causeway.yaml': settings },
  })
  const phone = (user: string) =>
    new SipPhone({
      ...{ aor: `${user}@${site}`, password: `secret-${user}`, server: { host: '127.0.0.1', port: 5060 } },
      openUdp: (address, port) => door.openUdp(address, port),
    })
  const [low, high] = [phone('201'), phone('202')]

  beforeAll(async () => {
    const own = readFileSync(`${docker}/causeway.yaml`, 'utf8')
    writeFileSync(settings, own + stringify(siteConfig('201', '202')))
    namespace.create()
    await door.start()
    await box.start()
    await box.becomesHealthy()
    for (const each of [low, high]) await each.start()
  })

  afterAll(async () => {
    for (const part of [low, high, door]) await part.stop()
    await store.podman('rm', '--force', '--time', '20', 'box')
    namespace.remove()
  })

  test('two phones register, and one calls the other', async () => {
    for (const each of [low, high]) await each.register()
    await talk(low, '202', high)
  })

  test('it is no root, has no capability, gets none, and writes to its volume only', async () => {
    const status = readFileSync(`/proc/${await box.pidOf(/ \S*node .*start/)}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t10000\t10000\t10000\t10000$/m)
    expect(status).toMatch(/^CapBnd:\t0+$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    for (const place of ['/usr/lib/causeway', '/etc/causeway', '/tmp', '/'])
      await expect(box.run('touch', `${place}/x`)).rejects.toThrow(/Read-only file system/)
    await box.run('touch', '/var/lib/causeway/x')
    // Where something is mounted, the engine has made a place for it.
    const changed = (await box.changedFiles()).trim().split('\n')
    expect(
      changed.filter((line) => !/^C \/(etc|run|var|var\/lib)$/.test(line) && !/mtab|secrets/.test(line)),
    ).toEqual([])
  })

  test('the first password is its own, and nowhere but in its volume', async () => {
    const password = (await box.run('causeway', 'admin', 'password', 'show')).trim()
    expect(password.length).toBeGreaterThanOrEqual(16)
    expect(await box.run('stat', '--format=%a %u', '/var/lib/causeway/admin-password')).toBe('600 10000\n')
    expect(await box.log()).not.toContain(password)
    const url = 'http://127.0.0.1:8160/api/status'
    expect((await askPages(namespace.name, url)).status).toBe(401)
    expect((await askPages(namespace.name, url, password)).status).toBe(200)
  })

  test('the health check notices a box that does not answer', async () => {
    const pid = await box.pidOf(/ \S*node .*start/)
    process.kill(pid, 'SIGSTOP')
    expect(await box.isHealthy()).toBe(false)
    process.kill(pid, 'SIGCONT')
    await box.becomesHealthy()
  })

  test.each([
    ['a restart', () => box.restart()],
    ['a kill', () => box.kill().then(() => box.startAgain())],
  ])('after %s phones are called without registering again', async (_, interrupt) => {
    await interrupt()
    await box.becomesHealthy()
    await talk(low, '202', high)
  })
})

test('a box that has just been started hears that it is to end', async () => {
  const namespace = new NetworkNamespace()
  namespace.create()
  const box = new RunningContainer({ store, service, name: 'early', namespace: namespace.name })
  await box.start()
  expect(await box.stop(30)).not.toBe(137)
  namespace.remove()
})
