import { copyFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { BootedRoot, bootPrograms } from '../support/booted-root.ts'
import { blocksOf } from '../support/docs/page-blocks.ts'
import { commandsOf } from '../support/docs/page-commands.ts'
import { MachineLan } from '../support/machine-lan.ts'
import { OverlayFolder } from '../support/overlay-folder.ts'
import { builtPackage } from './built-package.ts'
import { cleanDebianRoot } from './clean-debian-root.ts'

// What the page on the package has root type, in its order, in a clean Debian.

const page = 'docs/operate/install-package.md'
// It has no archive to ask, so what another package brings is not typed.
const needsArchive = /rtpengine/
const commands = blocksOf(page)
  .flatMap(commandsOf)
  .filter(({ place, text }) => place === 'root' && !needsArchive.test(text))

const lan = new MachineLan({ address: '10.66.1.2' })
let root: OverlayFolder
let machine: BootedRoot

beforeAll(async () => {
  if (!installDebian({ ...bootPrograms, mmdebstrap: 'mmdebstrap' }, 'the test of the package'))
    throw new Error('programs are missing')
  const file = await builtPackage()
  root = new OverlayFolder(cleanDebianRoot())
  root.mount()
  copyFileSync(file, join(root.path, basename(file)))
  writeFileSync(
    join(root.path, 'etc/apt/apt.conf.d/90test'),
    'APT::Get::Assume-Yes "true"; APT::Install-Recommends "false";\n',
  )
  lan.create()
  machine = new BootedRoot({ root: root.path, namespace: lan.machine.namespace.name })
  await machine.start()
})

afterAll(async () => {
  await machine?.stop()
  root?.unmount()
  lan.remove()
})

test('every command of the page works, from the installation to the purge', async () => {
  expect(commands.length).toBeGreaterThan(6)
  for (const { line, text, exitCode } of commands) {
    const { code, text: said } = await machine.attempt('sh', '-c', `cd /; ${text}`)
    expect(code, `${page}:${line}: ${text}\n${said}`).toBe(exitCode)
  }
})
