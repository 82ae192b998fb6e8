import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../src/', import.meta.url))

const features = [
  'overlay',
  'registrar',
  'edge',
  'routing',
  'numbering',
  'trunk',
  'survival',
  'media',
  'guard',
  'identity',
  'records',
  'notice',
  'toll',
  'emergency',
  'subscription',
]

// Which rooms a room may import from, besides itself. Features meet only in gateway.ts.
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['cli'],
  cli: ['gateway.ts', 'drivers', 'admin', 'config', 'engine', ...features, 'domain', 'lib'],
  'gateway.ts': ['gateway', 'drivers', 'admin', 'config', 'engine', ...features, 'domain', 'lib'],
  gateway: ['drivers', 'admin', 'config', 'engine', ...features, 'domain', 'lib'],
  drivers: ['engine', 'config', ...features, 'domain', 'lib'],
  admin: ['config', ...features, 'domain', 'lib'],
  ...Object.fromEntries(features.map((feature) => [feature, ['config', 'domain', 'lib']])),
  config: ['domain', 'lib'],
  domain: ['lib'],
  engine: ['lib'],
  lib: [],
}

// The one home of every third-party package.
const homes: Readonly<Record<string, readonly string[]>> = {
  'drachtio-srf': ['drivers/drachtio'],
  'rtpengine-client': ['drivers/rtpengine'],
  dns2: ['drivers/dns'],
  'dns-packet': ['drivers/dns'],
  sqlite3: ['drivers/sqlite'],
  nodemailer: ['drivers/mail'],
  pino: ['drivers/pino-log.ts'],
  zod: ['config', 'admin'],
  yaml: ['config'],
  hono: ['admin'],
  '@hono/node-server': ['admin'],
  'prom-client': ['admin'],
  'libphonenumber-js': ['numbering'],
  cborg: ['lib/cbor.ts'],
  multiformats: ['overlay'],
  libp2p: ['drivers/libp2p'],
  '@libp2p': ['drivers/libp2p'],
  'multicast-dns': ['drivers/libp2p'],
  '@multiformats': ['drivers/libp2p'],
}

interface Import {
  readonly file: string
  readonly specifier: string
}

const imports: readonly Import[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8')
    const found = text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/g)
    return [...found].map((match) => ({ file: file.split(sep).join('/'), specifier: match[1] ?? '' }))
  })

function room(path: string): string {
  return path.split('/')[0] ?? path
}

describe('architecture', () => {
  it('is looking at real imports', () => {
    expect(imports.length).toBeGreaterThan(20)
  })

  it('imports go down only', () => {
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ file, specifier }) => {
        const target = relative(source, resolve(source, dirname(file), specifier))
          .split(sep)
          .join('/')
        return { file, target }
      })
      .filter(({ file, target }) => {
        const from = room(file)
        const to = room(target)
        return from !== to && !(mayImport[from] ?? []).includes(to)
      })
      .map(({ file, target }) => `${file} imports ${target}`)
    expect(wrong).toEqual([])
  })

  it('every third-party package has its homes and no others', () => {
    const wrong = imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter(({ file, specifier }) => {
        const name = specifier.split('/')[0] ?? ''
        const scoped = specifier.split('/').slice(0, 2).join('/')
        const allowed = homes[scoped] ?? homes[name]
        return !allowed?.some((home) => file === home || file.startsWith(`${home}/`))
      })
      .map(({ file, specifier }) => `${file} imports ${specifier}`)
    expect(wrong).toEqual([])
  })

  it('only the config room reads the environment', () => {
    const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('config'))
      .filter((file) => readFileSync(join(source, file), 'utf8').includes('process.env'))
    expect(wrong).toEqual([])
  })
})
