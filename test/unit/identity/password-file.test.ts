import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PasswordFile } from '../../../src/identity/password-file.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

describe('the password of the pages', () => {
  let folder: TemporaryFolder
  let file: PasswordFile
  beforeEach(() => {
    folder = new TemporaryFolder('password')
    file = new PasswordFile(folder.file('admin-password'))
  })
  afterEach(() => folder.remove())

  it('is made once, for its owner alone, each time another', () => {
    expect(file.createIfMissing()).toBe(true)
    const made = file.read()
    expect(made).toMatch(/^([2-9a-hjkmnp-z]{4}-){4}[2-9a-hjkmnp-z]{4}$/)
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(file.createIfMissing()).toBe(false)
    expect(file.read()).toBe(made)
    const other = new PasswordFile(folder.file('other'))
    other.createIfMissing()
    expect(other.read()).not.toBe(made)
  })

  it('is the first one until it is changed, by the command or by hand', () => {
    file.createIfMissing()
    expect(file.isFirst).toBe(true)
    expect(readFileSync(`${file.path}.first`, 'utf8')).toBe(`${file.read()}\n`)
    writeFileSync(file.path, 'written by somebody\n')
    expect(file.isFirst).toBe(false)
    file.change('a password of my own')
    expect(file.read()).toBe('a password of my own')
    expect(file.isFirst).toBe(false)
    expect(file.createIfMissing()).toBe(false)
  })
})
