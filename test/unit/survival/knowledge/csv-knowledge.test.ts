import { describe, expect, it } from 'vitest'
import { csvKnowledge } from '../../../../src/survival/knowledge/csv/csv-knowledge.ts'
import { ImportInvalid } from '../../../../src/survival/knowledge/import-invalid.ts'
import { md5Digest } from './fixture-files.ts'

function read(...lines: readonly string[]) {
  return csvKnowledge(
    lines.join('\n'),
    (username, password, realm) => [md5Digest(username, password, realm)],
    'office.example',
  )
}

function problemsOf(...lines: readonly string[]): readonly string[] {
  try {
    read(...lines)
  } catch (error) {
    if (error instanceof ImportInvalid) return error.problems
    throw error
  }
  return []
}

describe('knowledge from CSV', () => {
  it('reads extensions with their numbers, rights and digests', () => {
    const known = read(
      'user,name,aliases,numbers,password,rights,voicemail',
      '201,"Meier, Anna",21 anna,+4930555201 +4930555299,anna-secret,internal national,201@default',
      '202,Bert,,,,,',
    )
    expect(known.extensions).toEqual([
      {
        user: '201',
        displayName: 'Meier, Anna',
        aliases: ['21', 'anna'],
        numbers: ['+4930555201', '+4930555299'],
        digests: [md5Digest('201', 'anna-secret', 'office.example')],
        voicemail: '201@default',
        mayDial: ['internal', 'national'],
      },
      expect.objectContaining({ user: '202', digests: [], mayDial: undefined }),
    ])
    expect(known.dids.map(({ number, to }) => [number, to])).toEqual([
      ['+4930555201', '201'],
      ['+4930555299', '201'],
    ])
  })

  it('takes digests that are ready, in a realm of their own', () => {
    const { extensions } = read('user;realm;username;ha1_md5', `201;asterisk;desk;${'A1'.repeat(16)}`)
    expect(extensions[0]?.digests).toEqual([
      { username: 'desk', realm: 'asterisk', algorithm: 'MD5', ha1: 'a1'.repeat(16) },
    ])
  })

  it('reads groups', () => {
    const { groups } = read('kind,user,members,ring,ring_seconds', 'group,600,201 202 201,in-turn,15')
    expect(groups).toEqual([
      { user: '600', aliases: [], members: ['201', '202'], ring: 'in-turn', ringSeconds: 15 },
    ])
  })

  it('names every wrong line, and takes nothing', () => {
    expect(
      problemsOf(
        'kind,user,aliases,numbers,ha1_md5,rights,members',
        'user,201,21,,,,',
        '# a remark',
        'user,202,21,,,,',
        'user,203,,030555,,,',
        'user,204,,,abc,,',
        'user,205,,,,everything,',
        'trunk,206,,,,,',
        'user,,,,,,',
        'group,600,,,,,',
        'user,a@b,,,,,',
        '1,2,3,4,5,6,7,8',
      ),
    ).toEqual([
      'line 4: 21 is already a name on line 2',
      'line 5: "030555" is no number such as +4930123450',
      'line 6: no MD5 digest of 32 hex digits',
      expect.stringContaining('line 7: no such right: everything'),
      'line 8: the kind "trunk" is neither user nor group',
      'line 9: no "user"',
      'line 10: a group has 1 to 40 members',
      'line 11: "a@b" is no user part such as 201',
      'line 12: 8 fields for 7 columns',
    ])
  })

  it.each([
    ['name', 'line 1: names the columns; "user" is not among them'],
    ['user,pin', /^line 1: no such column: pin; there are kind, user/],
    ['user\n"201', 'line 2: a quoted field has no end'],
    [`user,password,ha1_md5\n201,secret,${'0'.repeat(32)}`, 'line 2: "password" or "ha1_…", not both'],
  ])('%j is refused', (text, problem) => {
    expect(() => read(text)).toThrow(problem)
  })
})
