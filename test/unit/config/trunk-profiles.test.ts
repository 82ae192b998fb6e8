import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigInvalid } from '../../../src/config/config-invalid.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { profileFolders, profileNames } from '../../../src/config/trunk-profiles.ts'

function trunkOf(lines: readonly string[], folder = '.') {
  const text = [
    'trunks:',
    '  - name: carrier',
    '    server: carrier.example',
    ...lines.map((line) => `    ${line}`),
  ]
  return parseConfig(text.join('\n'), 'causeway.yaml', folder).trunks[0]
}

describe('the profile of a trunk', () => {
  it('fills in what the entry leaves out, block by block', () => {
    const lines = ['profile: gsm-gateway', 'maxCalls: 4', 'media: {codecs: [PCMU]}']
    expect(trunkOf(lines)).toMatchObject({
      maxCalls: 4,
      numberFormat: 'national',
      media: { codecs: ['PCMU'], reliableProvisionals: 'never', sessionTimer: { enabled: false } },
    })
  })

  it('that does not exist is an error that names the nearest', () => {
    expect(() => trunkOf(['profile: register-acount'])).toThrow(
      'causeway.yaml:4: trunks[0].profile: there is no profile "register-acount". Did you mean "register-account"?',
    )
    expect(() => trunkOf(['profile: ../../../etc/passwd'])).toThrow(ConfigInvalid)
  })

  it('may be the operator’s own, beside the config', () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-profiles-'))
    mkdirSync(join(folder, 'profiles/trunks'), { recursive: true })
    writeFileSync(join(folder, 'profiles/trunks/mine.yaml'), 'maxCalls: 7\npassword: "${file:secret}"\n')
    writeFileSync(join(folder, 'secret'), 'from-file\n')
    expect(trunkOf(['profile: mine'], folder)).toMatchObject({ maxCalls: 7, password: 'from-file' })
  })

  it.each(profileNames(profileFolders('.')))('%s can be used', (name) => {
    expect(trunkOf([`profile: ${name}`, 'username: acc'])).toMatchObject({ profile: name })
  })

  it('exists for ten shapes of providers', () => {
    expect(profileNames(profileFolders('.')).length).toBeGreaterThanOrEqual(10)
  })
})
