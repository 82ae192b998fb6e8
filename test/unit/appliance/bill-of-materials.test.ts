import { describe, expect, it } from 'vitest'
import { billOfMaterials } from '../../../appliance/sbom/bill-of-materials.ts'
import { nodeComponents, sqliteComponent } from '../../../appliance/sbom/built-in-components.ts'
import { type Component, licensesOf } from '../../../appliance/sbom/component.ts'
import {
  debianComponent,
  installedPackages,
  licenseNames,
} from '../../../appliance/sbom/debian-components.ts'
import { npmComponents } from '../../../appliance/sbom/npm-components.ts'

const time = new Date('2026-11-22T00:00:00Z')

function component(name: string): Component {
  return { type: 'library', 'bom-ref': name, name, version: '1', purl: `pkg:generic/${name}@1` }
}

describe('a bill of materials', () => {
  it('is the same for the same content, in whatever order, and another for another', () => {
    const [a, b, c] = [component('a'), component('b'), component('c')]
    const bill = billOfMaterials(a, time, [b, c], [])
    expect(billOfMaterials(a, time, [c, b], [])).toEqual(bill)
    expect(billOfMaterials(a, time, [b], []).serialNumber).not.toBe(bill.serialNumber)
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 })
  })

  it('refuses what the schema would: a reference twice, also inside of another, and one to nothing', () => {
    const [a, b] = [component('a'), component('b')]
    expect(() => billOfMaterials(a, time, [b, { ...component('c'), components: [b] }], [])).toThrow(
      'b is in the bill twice',
    )
    expect(() => billOfMaterials(a, time, [b], [{ ref: 'a', dependsOn: ['x'] }])).toThrow('x is needed')
  })
})

describe('what it lists', () => {
  it('npm packages, once each, with the hash that the lock has', () => {
    const locked = { version: '5.1.23', license: 'Apache-2.0 OR MIT', integrity: 'sha512-AAEC/w==' }
    const twice = ['node_modules/@libp2p/crypto', 'node_modules/x/node_modules/@libp2p/crypto']
    expect(npmComponents(twice.map((path) => ({ path, name: '@libp2p/crypto', locked, needs: [] })))).toEqual(
      [
        {
          type: 'library',
          'bom-ref': 'pkg:npm/%40libp2p/crypto@5.1.23',
          group: '@libp2p',
          name: 'crypto',
          version: '5.1.23',
          purl: 'pkg:npm/%40libp2p/crypto@5.1.23',
          licenses: [{ expression: 'Apache-2.0 OR MIT' }],
          hashes: [{ alg: 'SHA-512', content: '000102ff' }],
        },
      ],
    )
  })

  it('licences that are not in the SPDX list by name', () => {
    expect(licensesOf('MIT')).toEqual([{ license: { id: 'MIT' } }])
    expect(licensesOf('SEE LICENSE IN FILE')).toEqual([{ license: { name: 'SEE LICENSE IN FILE' } }])
    expect(licensesOf(undefined)).toBeUndefined()
  })

  it('what is compiled into Node and sqlite3', () => {
    const [openssl, ...others] = nodeComponents({
      node: '24.21.0',
      modules: '137',
      nghttp3: '',
      openssl: '3.5.8',
    })
    expect(openssl).toMatchObject({
      purl: 'pkg:generic/openssl@3.5.8',
      cpe: 'cpe:2.3:a:openssl:openssl:3.5.8:*:*:*:*:*:*:*',
    })
    expect(others).toEqual([])
    expect(sqliteComponent("'sqlite_version%':'3520100',").version).toBe('3.52.1')
    expect(() => sqliteComponent('')).toThrow('which SQLite')
  })

  it('Debian packages that are installed, with the source that the security tracker counts by', () => {
    const status = [
      'Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u13',
      'Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1',
      'Package: libstdc++6\nStatus: install ok installed\nArchitecture: amd64\nSource: gcc-12 (12.2.0-14)\nVersion: 1:12.2',
      '',
    ].join('\n\n')
    const found = installedPackages(status).map((fields) => debianComponent(fields, 'debian-12'))
    expect(found.map(({ purl, properties }) => [purl, properties?.[0]?.value])).toEqual([
      ['pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12', 'glibc 2.36-9+deb12u13'],
      ['pkg:deb/debian/libstdc%2B%2B6@1:12.2?arch=amd64&distro=debian-12', 'gcc-12 12.2.0-14'],
    ])
  })

  it('licences of Debian packages where a machine can read them', () => {
    const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
    expect(
      licenseNames(`${format}\nFiles: *\nLicense: MIT\n\nFiles: a\nLicense: GPL-2+\n text\n\nLicense: MIT\n`),
    ).toEqual(['GPL-2+', 'MIT'])
    expect(licenseNames('License: MIT, I think')).toEqual([])
  })
})
