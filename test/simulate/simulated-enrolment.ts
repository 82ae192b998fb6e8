import {
  type Credential,
  type CredentialRole,
  issueCredential,
  placeBytes,
  serialBytes,
} from '../../src/identity/credential.ts'
import { RevocationList } from '../../src/identity/revocation-list.ts'
import { Revocations } from '../../src/identity/revocations.ts'
import { TrustedCredentials } from '../../src/identity/trusted-credentials.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { SigningKey } from '../../src/lib/ed25519.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { SeededRandom } from './seeded-random.ts'

export interface EnrolledBox {
  readonly key: SigningKey
  readonly credential: Uint8Array
}

const year = 365 * 86_400_000

/** Trust root, issuer and keys of a simulated overlay. They are real ones, drawn from the seed. */
export class SimulatedEnrolment {
  readonly #domain: string
  readonly #random: SeededRandom
  readonly #now: number
  readonly #trustRoot: SigningKey
  readonly #issuer: SigningKey
  readonly #certificate: Uint8Array

  constructor(domain: string, random: SeededRandom, now: number) {
    this.#domain = domain
    this.#random = random
    this.#now = now
    this.#trustRoot = SigningKey.fromSeed(random.bytes(32))
    this.#issuer = SigningKey.fromSeed(random.bytes(32))
    this.#certificate = issueCredential(this.#body(this.#issuer, 'issuer'), this.#trustRoot)
  }

  enrol(): EnrolledBox {
    const key = SigningKey.fromSeed(this.#random.bytes(32))
    return { key, credential: issueCredential(this.#body(key, 'peer'), this.#issuer, this.#certificate) }
  }

  /** What one box believes: each checks for itself. */
  trust(clock: Clock): { credentials: TrustedCredentials; revocations: Revocations } {
    const root = this.#trustRoot.publicKey
    const revocations = new Revocations(new RevocationList(this.#domain, root), undefined, clock, silentLog)
    return { credentials: new TrustedCredentials(root, this.#domain, revocations), revocations }
  }

  #body({ publicKey }: SigningKey, role: CredentialRole): Credential {
    return {
      overlay: this.#domain,
      publicKey,
      place: this.#random.bytes(placeBytes),
      serial: this.#random.bytes(serialBytes),
      roles: [role],
      mayServe: ['*'],
      notBefore: this.#now,
      notAfter: this.#now + year,
    }
  }
}
