import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { referredFile } from '../../../src/config/referred-file.ts'
import { TokenFile } from '../../../src/config/token-file.ts'
import { writeDurably } from '../../../src/lib/durable-file.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

describe('an admin token in a file', () => {
  let folder: TemporaryFolder
  let config = ''
  let token = ''
  beforeEach(() => {
    folder = new TemporaryFolder('token')
    config = folder.file('causeway.yaml')
    token = folder.file('admin-password')
    writeFileSync(config, 'admin:\n  token: "${file:admin-password}"\n')
  })
  afterEach(() => folder.remove())

  it('is found before it is there', () => {
    expect(referredFile(config, ['admin', 'token'])).toEqual({ config, file: token })
    writeFileSync(config, 'admin: { token: "says it itself" }\n')
    expect(referredFile(config, ['admin', 'token']).file).toBeUndefined()
    writeFileSync(config, 'admin: [\n')
    expect(() => referredFile(config, ['admin', 'token'])).toThrow('not valid YAML')
  })

  it('is the new one as soon as it is changed', async () => {
    writeDurably(token, 'the password of yesterday\n')
    const read = new TokenFile('the password of yesterday', config, silentLog)
    expect(await read.current()).toBe('the password of yesterday')
    writeDurably(token, 'the password of today\n')
    expect(await read.current()).toBe('the password of today')
  })

  it('stays what it was when the file is gone or of no use, and says so once', async () => {
    const log = new CollectedLog()
    const read = new TokenFile('the password of yesterday', config, log)
    expect(await read.current()).toBe('the password of yesterday')
    expect(await read.current()).toBe('the password of yesterday')
    writeDurably(token, 'short\n')
    expect(await read.current()).toBe('the password of yesterday')
    expect(log.lines.map(({ sentence }) => sentence)).toEqual([
      'admin token cannot be read: the one before stays',
      'admin token is too short: the one before stays',
    ])
  })
})
