import { issueCredential, serialBytes } from '../../../src/identity/credential.ts'
import { drawPlace } from '../../../src/identity/credential-issuer.ts'
import { TrustedCredentials } from '../../../src/identity/trusted-credentials.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'
import { type RecordBody, signRecord } from '../../../src/overlay/records/record.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'

export const now = 1_800_000_000_000
export const anna = 'sip:anna@town.example'
export const trustRoot = SigningKey.generate()
export const credentials = new TrustedCredentials(trustRoot.publicKey, 'town.example')

/** A box with a credential, for signing records in tests. */
export class SomeBox {
  readonly key = SigningKey.generate()
  readonly peer = peerIdOf(this.key.publicKey)
  readonly credential: Uint8Array

  constructor(mayServe: readonly string[] = ['*'], root = trustRoot) {
    this.credential = issueCredential(
      {
        overlay: 'town.example',
        publicKey: this.key.publicKey,
        place: drawPlace(),
        serial: new Uint8Array(serialBytes),
        roles: ['peer'],
        mayServe,
        notBefore: now - 1_000,
        notAfter: now + 86_400_000,
      },
      root,
    )
  }

  sign(changes: Partial<RecordBody> = {}, overlay = 'town.example'): Uint8Array {
    return signRecord({ ...usual, ...changes }, overlay, this.key, this.credential)
  }
}

const usual: RecordBody = {
  kind: 'sip-aor',
  resource: anna,
  value: new Uint8Array(),
  storedAt: now,
  lifetimeSeconds: 60,
  removed: false,
}

/** A record as after its check; nothing is really signed. */
export function checked(changes: Partial<CheckedRecord> = {}): CheckedRecord {
  const body = { ...usual, ...changes }
  return {
    signer: 'box-a',
    expiresAt: body.storedAt + body.lifetimeSeconds * 1_000,
    bytes: Buffer.from(JSON.stringify(changes)),
    ...body,
  }
}
