import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDurably, writeDurably } from '../../../src/lib/durable-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-file-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

it('replaces a file as a whole, for its owner only, and leaves nothing beside it', () => {
  const path = join(folder, 'deep', 'key.pem')
  writeDurably(path, 'first, and longer')
  writeDurably(path, 'second')
  expect(readFileSync(path, 'utf8')).toBe('second')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder, 'deep'))).toEqual(['key.pem'])
})

it('creates a file once', () => {
  const path = join(folder, 'used')
  expect(createDurably(path, 'first')).toBe(true)
  expect(createDurably(path, 'second')).toBe(false)
  expect(readFileSync(path, 'utf8')).toBe('first')
  expect(readdirSync(folder)).toEqual(['used'])
})

it('leaves nothing behind, and what was there as it was, when it cannot write', () => {
  const path = join(folder, 'key.pem')
  writeDurably(path, 'first')
  const unwritable = 7 as unknown as string
  expect(() => writeDurably(path, unwritable)).toThrow(TypeError)
  expect(() => createDurably(join(folder, 'used'), unwritable)).toThrow(TypeError)
  expect(readdirSync(folder)).toEqual(['key.pem'])
  expect(readFileSync(path, 'utf8')).toBe('first')
})
