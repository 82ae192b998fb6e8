import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfText } from '../../../../src/survival/knowledge/asterisk/conf-text.ts'
import { ImportInvalid } from '../../../../src/survival/knowledge/import-invalid.ts'
import { fixtureFiles, knowledgeOf, md5Digest } from './fixture-files.ts'

describe('a plain Asterisk', () => {
  const known = knowledgeOf(fixtureFiles('plain'))
  const extension = (user: string) => known.extensions.find((each) => each.user === user)
  const group = (user: string) => known.groups.find((each) => each.user === user)
  const did = (number: string) => known.dids.find((each) => each.number === number)

  it('tells its phones and not its lines, with digests instead of passwords', () => {
    expect(known.extensions.map(({ user }) => user)).toEqual(['201', '202', 'carol'])
    expect(extension('201')).toEqual({
      user: '201',
      displayName: 'Anna Meier',
      aliases: [],
      numbers: [],
      digests: [md5Digest('201', 'anna-secret', 'office.example')],
      voicemail: '201@default',
      mayDial: undefined,
    })
    expect(JSON.stringify(known)).not.toMatch(/secret|4321/)
  })

  it('an md5_cred is taken as it is, under the username of the auth', () => {
    const ha1 = '0123456789abcdef0123456789abcdef'
    const realm = 'office.example'
    expect(extension('202')?.digests).toEqual([{ username: 'desk-202', realm, algorithm: 'MD5', ha1 }])
  })

  it('reads templates, included files, long comments and +=', () => {
    expect(extension('carol')?.digests).toEqual([md5Digest('carol', 'carol-secret', 'office.example')])
  })

  it('a number that rings one phone is another name of it; a mailbox names its owner', () => {
    expect(extension('carol')?.aliases).toEqual(['203'])
    expect(extension('202')?.displayName).toBe('Bert Blau')
  })

  it('reads ring groups and queues, by number and by name', () => {
    const ring = { aliases: [], members: ['201', '202'] }
    expect(group('600')).toEqual({ user: '600', ...ring, ring: 'all', ringSeconds: 20 })
    expect(group('601')).toEqual({ user: '601', ...ring, ring: 'in-turn', ringSeconds: 15 })
    const sales = { aliases: ['sales'], members: ['201', 'carol'], ring: 'all', ringSeconds: 25 }
    expect(group('400')).toEqual({ user: '400', ...sales })
    expect(group('night')).toMatchObject({ members: ['202'], ring: 'in-turn' })
  })

  it('reads where direct numbers lead, through a Goto', () => {
    expect(did('+4930555201')?.to).toBe('201')
    expect(did('+4930555203')?.to).toBe('carol')
    expect(did('+4930555600')?.to).toBe('600')
    expect(did('+4930555400')?.to).toBe('400')
  })

  it('lists what cannot be read, and guesses nothing', () => {
    expect(did('+4930555700')).toMatchObject({ to: undefined, why: expect.stringContaining('background') })
    expect(did('+4930555800')).toMatchObject({ to: undefined, why: expect.stringContaining('gotoiftime') })
    expect(known.unread).toEqual([
      'queue sales: the member "Agent/7" is no phone of this PBX',
      '700 in [internal] was left out: background(menu) is for the PBX alone',
      'numbers _+493055509XX in [from-provider]: a pattern; give them to somebody by numbering.dids',
    ])
  })
})

describe('our own recipe for an Asterisk as PBX', () => {
  it('is read without remarks', () => {
    const folder = new URL('../../../../gateway-config/asterisk/pbx/', import.meta.url)
    const file = (name: string) => readFileSync(new URL(name, folder), 'utf8')
    const known = knowledgeOf({
      'pjsip.conf': file('pjsip.conf'),
      'extensions.conf': file('extensions.conf'),
    })
    expect(known.extensions.map(({ user, digests }) => [user, digests])).toEqual([
      ['201', [md5Digest('201', 'secret-201', 'asterisk')]],
      ['202', [md5Digest('202', 'secret-202', 'asterisk')]],
    ])
    expect(known.unread).toEqual([])
  })
})

describe('a large Asterisk', () => {
  it('is read within the time of a test: each section has its templates at hand', () => {
    const templates = Array.from({ length: 10 }, () => 'phone').join(',')
    const sections = Array.from({ length: 30_000 }, (_, index) => `[${index}](${templates})`)
    const { sections: read } = readConfText('pjsip.conf', ['[phone](!)', ...sections].join('\n'))
    expect(read).toHaveLength(30_001)
  })

  it('a section goes on where another file adds to it, from the last template of that name', () => {
    const text = '[t](!)\na=1\n[201](t)\n[t](!)\na=2\n[202](t)\n[201](+,t)\nb=3\n[202](+,202)'
    const { sections } = readConfText('pjsip.conf', text)
    expect(sections.filter(({ isTemplate }) => !isTemplate)).toMatchObject([
      {
        name: '201',
        lines: [
          ['a', '1'],
          ['a', '2'],
          ['b', '3'],
        ],
      },
      {
        name: '202',
        lines: [
          ['a', '2'],
          ['a', '2'],
        ],
      },
    ])
  })
})

describe('the files of FreePBX', () => {
  const known = knowledgeOf(fixtureFiles('freepbx'))

  it('are read without the one that includes them', () => {
    expect(known.extensions.map(({ user, displayName }) => [user, displayName])).toEqual([
      ['301', 'Dora Dunkel'],
      ['302', undefined],
    ])
    expect(known.extensions[1]?.digests).toEqual([md5Digest('302', 'emil-secret', 'asterisk')])
  })

  it('tell ring groups and queues', () => {
    const members = ['301', '302']
    expect(known.groups).toEqual([
      { user: '610', aliases: [], members, ring: 'all', ringSeconds: 20 },
      { user: '480', aliases: [], members, ring: 'in-turn', ringSeconds: 15 },
    ])
  })

  it('tell inbound routes; one to a menu is told to have no target', () => {
    expect(known.dids.map(({ number, to }) => [number, to])).toEqual([
      ['+49305550301', '301'],
      ['+49305550610', '610'],
      ['+49305550480', '480'],
      ['+49305550900', undefined],
    ])
  })
})

describe('chan_sip', () => {
  const known = knowledgeOf(fixtureFiles('chan-sip'))

  it('tells friends that register, by secret and by md5secret', () => {
    const ha1 = 'fedcba9876543210fedcba9876543210'
    expect(known.extensions.map(({ user, digests }) => [user, digests])).toEqual([
      ['501', [md5Digest('501', 'lager-secret', 'lager.example')]],
      ['502', [{ username: '502', realm: 'lager.example', algorithm: 'MD5', ha1 }]],
      ['503', []],
    ])
    expect(known.extensions[0]).toMatchObject({ displayName: 'Lager', aliases: ['51'], voicemail: '501' })
    expect(known.unread).toEqual([
      '503 has no "secret" or "md5secret" that can be read',
      '52 in [phones] was left out: dial(SIP/502/12345,20) is for the PBX alone',
    ])
    expect(known.dids).toMatchObject([{ number: '+4940777501', to: '501' }])
  })
})

describe('files that are no config', () => {
  it.each([
    ['[201\ntype=endpoint', 'pjsip.conf, line 1: a section without its closing bracket'],
    ['type=endpoint', 'pjsip.conf, line 1: a setting before the first section'],
    ['[a](b)', 'pjsip.conf, line 1: [a] inherits from [b], which is not there'],
    ['[a]\n#frob x', 'pjsip.conf, line 2: the directive "#frob x" is unknown'],
    ['#include "pjsip.conf"', 'pjsip.conf: files include each other without end'],
  ])('%j is refused with its line', (text, problem) => {
    expect(() => knowledgeOf({ 'pjsip.conf': text })).toThrow(new ImportInvalid([problem]))
  })

  it('templates that double at each step are stopped', () => {
    const steps = Array.from({ length: 40 }, (_, index) => `[t${index + 1}](t${index},t${index})`)
    expect(() => knowledgeOf({ 'pjsip.conf': ['[t0](!)', 'a=b', ...steps].join('\n') })).toThrow('more than')
  })

  it('without any phone there is nothing to import', () => {
    expect(() => knowledgeOf({ 'queues.conf': '[sales]' })).toThrow('neither pjsip.conf nor sip.conf')
  })

  it('a file that is included and was not handed over is told', () => {
    expect(knowledgeOf({ 'pjsip.conf': '#include "phones.conf"' }).unread).toEqual([
      'not handed over: phones.conf (included by pjsip.conf)',
    ])
  })
})
