import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appointIssuer, CredentialIssuer } from '../../../src/identity/credential-issuer.ts'
import { RevocationList } from '../../../src/identity/revocation-list.ts'
import { Revocations, writeRevocation } from '../../../src/identity/revocations.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const clock = new FakeClock(1_800_000_000_000)
const root = SigningKey.generate()
const key = SigningKey.generate()
const issuer = new CredentialIssuer(
  'town.example',
  key,
  appointIssuer('town.example', key.publicKey, root, clock.now()),
)
const [anna, bert] = [SigningKey.generate().publicKey, SigningKey.generate().publicKey]
const credentialOf = (publicKey: Uint8Array) => ({ publicKey, issuer: undefined })

describe('revocations on disk', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-revocations-'))
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = () =>
    new Revocations(new RevocationList('town.example', root.publicKey), folder, clock, silentLog)

  it('are remembered across a restart', () => {
    const statement = issuer.revoke(anna, clock.now())
    expect(open().take([statement, statement])).toEqual([statement])
    expect(open().isRevoked(credentialOf(anna))).toBe(true)
    expect(open().take([statement])).toEqual([])
  })

  it('what another process wrote is found, once', () => {
    const running = open()
    expect(running.reread()).toEqual([])
    writeRevocation(folder, issuer.revoke(anna, clock.now()))
    expect(running.reread()).toHaveLength(1)
    expect(running.reread()).toEqual([])
    running.take([issuer.revoke(bert, clock.now())])
    expect(running.reread()).toEqual([])
    expect(running.isRevoked(credentialOf(anna)) && running.isRevoked(credentialOf(bert))).toBe(true)
  })

  it('a damaged file costs that one only', () => {
    writeRevocation(folder, issuer.revoke(anna, clock.now()))
    writeFileSync(join(folder, 'half.cbor'), 'x')
    expect(open().isRevoked(credentialOf(anna))).toBe(true)
  })

  it('count also when the disk has failed', () => {
    const running = open()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file where the folder should be')
    expect(running.take([issuer.revoke(anna, clock.now())])).toHaveLength(1)
    expect(running.reread()).toEqual([])
    expect(running.isRevoked(credentialOf(anna))).toBe(true)
  })

  it('foreign statements leave no file', () => {
    const foreign = new CredentialIssuer('town.example', key, new Uint8Array())
    expect(open().take([foreign.revoke(anna, clock.now())])).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })
})
