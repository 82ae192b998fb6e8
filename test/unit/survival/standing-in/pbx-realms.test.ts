import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../../src/lib/log.ts'
import { PbxRealms } from '../../../../src/survival/standing-in/pbx-realms.ts'

const domain = 'pbx.example'
let kept: Map<string, Uint8Array>

beforeEach(() => {
  kept = new Map()
})

async function realms(realm?: string): Promise<PbxRealms> {
  const made = new PbxRealms({
    pbxs: [{ name: 'main', domain, realm }],
    settings: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
    },
    log: silentLog,
  })
  await made.start()
  return made
}

const challenge = (...lines: string[]) => ({
  headers: (name: string) => (name === 'www-authenticate' ? lines : []),
})
const credentials = (realm: string) => ({
  headers: (name: string) =>
    name === 'authorization' ? [`Digest username="201", realm="${realm}", response="r"`] : [],
})
/** The PBX asks a phone that registers, and is content with its answer. */
const learns = (known: PbxRealms, realm: string) => {
  known.heard(domain, 'REGISTER', asks(realm))
  known.accepted(domain, credentials(realm))
}
const asks = (realm: string) => challenge(`Digest realm="${realm}",nonce="n",algorithm=MD5,qop="auth"`)

describe('the realm of a PBX', () => {
  it('is the one by which it has asked a phone that it accepted, and outlives a restart of the box', async () => {
    const before = await realms()
    expect(before.of(domain)).toEqual([])
    learns(before, 'asterisk')
    await before.stop()
    expect((await realms()).of(domain)).toMatchObject([{ realm: 'asterisk', algorithms: ['MD5'] }])
  })

  it('is the one of the config, where that names one; what was heard does as well', async () => {
    const known = await realms('asterisk')
    expect(known.of(domain)).toEqual([{ realm: 'asterisk', algorithms: ['MD5'] }])
    learns(known, 'pbx')
    expect(known.of(domain).map(({ realm }) => realm)).toEqual(['asterisk', 'pbx'])
  })

  it('may be several: that of REGISTER first, whatever calls are asked by', async () => {
    const known = await realms()
    known.heard(domain, 'INVITE', asks('calls'))
    learns(known, 'phones')
    known.heard(domain, 'INVITE', asks('calls'))
    expect(known.of(domain).map(({ realm }) => realm)).toEqual(['phones', 'calls'])
  })

  it('cannot be chosen, nor pushed out, by who has no password', async () => {
    const known = await realms()
    let changes = 0
    learns(known, 'asterisk')
    known.onChange(() => changes++)
    for (let count = 0; count < 300; count++) {
      known.heard(domain, 'REGISTER', asks(`evil${count}`))
      known.accepted(domain, credentials('never asked by'))
    }
    expect([known.of(domain).map(({ realm }) => realm), changes]).toEqual([['asterisk'], 0])
    for (let count = 0; count < 300; count++) known.heard(domain, 'INVITE', asks(`evil${count}`))
    expect([known.of(domain)[0]?.realm, changes]).toEqual(['asterisk', 3])
    learns(known, 'new')
    expect(known.of(domain).map(({ realm }) => realm)).toEqual(['new', 'asterisk', 'evil0', 'evil1'])
  })

  it('keeps a few of a PBX that names ever new ones, and writes only what is new', async () => {
    const known = await realms()
    const changes: string[] = []
    known.onChange((changed) => changes.push(changed))
    for (const realm of ['a', 'a', 'b', 'c', 'd', 'e', 'e', 'd']) learns(known, realm)
    expect(known.of(domain).map(({ realm }) => realm)).toEqual(['e', 'd', 'c', 'b'])
    expect(changes).toHaveLength(5)
  })

  it('comes with the algorithms in the order of the PBX; what is no digest is passed over', async () => {
    const known = await realms()
    const lines = [
      'Basic realm="web"',
      'Digest realm="a \\"b\\"", nonce="x", algorithm=SHA-256, qop="auth"',
      'Digest algorithm=MD5, realm="a \\"b\\"", nonce="y"',
      'Digest realm="a \\"b\\"", algorithm=SHA-512-256, nonce="z"',
    ]
    known.heard(domain, 'REGISTER', challenge(...lines))
    known.accepted(domain, credentials('a \\"b\\"'))
    expect(known.of(domain)).toMatchObject([{ realm: 'a "b"', algorithms: ['SHA-256', 'MD5'] }])
  })

  it('is none of a domain that no PBX serves', async () => {
    const known = await realms()
    known.heard('site-a.example', 'INVITE', asks('x'))
    expect(known.of('site-a.example')).toEqual([])
  })
})
