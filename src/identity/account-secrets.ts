import type { KnownDigest } from '../domain/known-extension.ts'
import type { DigestAlgorithm } from './digest-credentials.ts'
import { digestHa1 } from './digest-response.ts'

export interface ConfiguredSecrets {
  readonly password: string | undefined
  /** For one realm, under any username that the user goes by. */
  readonly ha1:
    | { readonly realm: string; readonly md5?: string | undefined; readonly sha256?: string | undefined }
    | undefined
}

const maxRememberedHa1 = 16
const algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'MD5']

/** By what one user is known: a password, digests of the config, digests that were imported. */
export class AccountSecrets {
  readonly #configured: ConfiguredSecrets
  readonly #remembered = new Map<string, string>()
  readonly #imported = new Map<string, string>()

  constructor(configured: ConfiguredSecrets = { password: undefined, ha1: undefined }) {
    this.#configured = configured
  }

  add(digests: readonly KnownDigest[]): void {
    for (const { algorithm, realm, username, ha1 } of digests)
      this.#imported.set(keyOf(algorithm, username, realm), ha1)
  }

  /** Undefined when nothing fits the username, the realm and the algorithm. */
  ha1(algorithm: DigestAlgorithm, username: string, realm: string): string | undefined {
    const { password } = this.#configured
    const key = keyOf(algorithm, username, realm)
    if (password === undefined) return this.#imported.get(key) ?? this.#configuredHa1(algorithm, realm)
    const known = this.#remembered.get(key)
    if (known !== undefined) return known
    const made = digestHa1(algorithm, username, realm, password)
    if (this.#remembered.size >= maxRememberedHa1) this.#remembered.clear()
    this.#remembered.set(key, made)
    return made
  }

  /** By which a phone with the right password could prove it in that realm. */
  algorithmsIn(realm: string): readonly DigestAlgorithm[] {
    return algorithms.filter(
      (algorithm) =>
        this.#configured.password !== undefined ||
        this.#configuredHa1(algorithm, realm) !== undefined ||
        this.#importedFor(realm, algorithm).length > 0,
    )
  }

  /** The username of the digests that were imported for a realm. */
  usernameIn(realm: string): string | undefined {
    const [first] = algorithms.flatMap((algorithm) => this.#importedFor(realm, algorithm))
    return first
  }

  #configuredHa1(algorithm: DigestAlgorithm, realm: string): string | undefined {
    const { ha1 } = this.#configured
    if (ha1?.realm !== realm) return undefined
    return algorithm === 'MD5' ? ha1.md5 : ha1.sha256
  }

  #importedFor(realm: string, algorithm: DigestAlgorithm): readonly string[] {
    const start = keyOf(algorithm, '', realm)
    return [...this.#imported.keys()].flatMap((key) =>
      key.startsWith(start) ? [key.slice(start.length)] : [],
    )
  }
}

/** Neither a realm nor a username of a SIP header holds a line break. */
function keyOf(algorithm: DigestAlgorithm, username: string, realm: string): string {
  return `${algorithm}\n${realm}\n${username}`
}
