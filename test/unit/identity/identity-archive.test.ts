import { describe, expect, it } from 'vitest'
import { ArchiveUnreadable, openArchive, sealArchive } from '../../../src/identity/identity-archive.ts'

const archive = {
  overlay: 'town.example',
  peerName: 'k51.peer.town.example',
  madeAt: 1_800_000_000_000,
  files: { 'identity.pem': Buffer.from('a private key'), 'membership.json': Buffer.from('{}') },
}
const sealed = sealArchive(archive, 'correct horse battery')

// Each opening costs a third of a second, on purpose.
describe('an exported identity', { timeout: 30_000 }, () => {
  it('opens with its passphrase, and shows whose it is without it', () => {
    expect(openArchive(sealed, 'correct horse battery')).toEqual(archive)
    expect(JSON.parse(sealed)).toMatchObject({ overlay: 'town.example', peerName: archive.peerName })
    expect(sealed).not.toContain(Buffer.from('a private key').toString('base64'))
    expect(sealArchive(archive, 'correct horse battery')).not.toBe(sealed)
  })

  it('a wrong passphrase, a changed file, a damaged one and another one are told apart', () => {
    const open =
      (text: string, passphrase = 'correct horse battery') =>
      () =>
        openArchive(text, passphrase)
    expect(open(sealed, 'correct horse')).toThrow(/passphrase is wrong, or the file was changed/)
    expect(open(sealed.replace('town.example', 'evil.example'))).toThrow(/was changed/)
    expect(open(sealed.slice(0, -40))).toThrow(/damaged or cut short/)
    expect(open(sealed.replace(/"salt": "..../, '"salt": "'))).toThrow(/damaged or cut short/)
    expect(open('{"hello": 1}')).toThrow(/no identity of a box/)
    expect(open('null')).toThrow(ArchiveUnreadable)
  })

  it('a passphrase is the same however the keyboard composes it', () => {
    const text = sealArchive(archive, 'caf\u00e9 am Markt')
    expect(openArchive(text, 'cafe\u0301 am Markt').overlay).toBe('town.example')
  })
})
