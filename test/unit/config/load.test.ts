import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigInvalid } from '../../../src/config/config-invalid.ts'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'

function problemsOf(text: string, environment: NodeJS.ProcessEnv = {}) {
  try {
    parseConfig(text, 'causeway.yaml', '.', environment)
  } catch (error) {
    if (error instanceof ConfigInvalid) return error
    throw error
  }
  throw new Error('the config was accepted')
}

describe('config', () => {
  it('fills in defaults for an empty file', () => {
    const config = parseConfig('', 'causeway.yaml', '.')
    expect(config.sip.domains).toEqual(['causeway.local'])
    expect(config.admin.host).toBe('127.0.0.1')
  })

  it('names the line, the path and the nearest known key of a typing error', () => {
    const { message } = problemsOf('trunks:\n  - name: a\n    server: b\n    maxCals: 3\n')
    expect(message).toBe('causeway.yaml:4: trunks[0].maxCals: no such key. Did you mean "maxCalls"?')
  })

  it.each([
    [
      'two trunks of one name',
      '- {name: a, server: b}\n  - {name: a, server: c}',
      'there are two trunks named a',
    ],
    [
      'a registration without a name',
      '- {name: a, server: b, register: true}',
      'username: a registration needs one',
    ],
    [
      'a network that is none',
      '- {name: a, server: b, acceptFrom: ["203.0.113.0/33"]}',
      'acceptFrom[0]: not a network',
    ],
    ['the Internet as a trunk', '- {name: a, server: b, acceptFrom: ["0.0.0.0/0"]}', 'the whole Internet'],
  ])('refuses %s', (_what, trunks, problem) => {
    expect(problemsOf(`trunks:\n  ${trunks}\n`).message).toContain(problem)
  })

  it('lists the known keys when none is near', () => {
    expect(problemsOf('box:\n  colour: red\n').message).toContain('Known here: name, dataDir, logLevel')
  })

  it('says what was expected and what the key is for', () => {
    const { message } = problemsOf('sip:\n  maxCalls: many\n')
    expect(message).toContain('causeway.yaml:2: sip.maxCalls: expected number, received string')
    expect(message).toContain('Calls at the same time')
  })

  it('reports every problem at once', () => {
    expect(problemsOf('box:\n  nam: x\nadmin:\n  port: 70000\n').problems.map(({ key }) => key)).toEqual([
      'box.nam',
      'admin.port',
    ])
  })

  it('says where YAML itself is broken', () => {
    expect(problemsOf('box: [\n').message).toMatch(/^causeway\.yaml:\d+: not valid YAML/)
  })

  it('takes secrets from the environment and from files beside the config', () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-config-'))
    writeFileSync(join(folder, 'secret'), 'from-file\n')
    const text =
      'users:\n  - {aor: 1@a, password: "${file:secret}"}\n  - {aor: 2@a, password: "${env:SIP_PW}"}\n'
    const config = parseConfig(text, 'causeway.yaml', folder, { SIP_PW: 'from-env' })
    expect(config.users.map(({ password }) => password)).toEqual(['from-file', 'from-env'])
  })

  it('says which secret is missing, and for which key', () => {
    const { message } = problemsOf('admin:\n  token: ${env:ADMIN_TOKEN}\n')
    expect(message).toBe('causeway.yaml:2: admin.token: the environment variable ADMIN_TOKEN is not set')
  })

  it('refuses a file that is not there, saying what to do', () => {
    expect(() => loadConfig('no-such.yaml')).toThrow(/no-such.yaml: cannot be read .* Give an existing file/)
  })

  it('wants a certificate for what is secure', () => {
    const listen = 'sip:\n  listen: ["sip:*", "sips:*"]\n'
    expect(problemsOf(listen).message).toContain('sip.tls: needed, because "listen" has tls or wss')
    const config = parseConfig(`${listen}  tls: {certFile: a.pem, keyFile: a.key}\n`, 'causeway.yaml', '.')
    expect(config.sip.tls).toMatchObject({ certFile: 'a.pem', verifyServers: true })
  })
})
