import { randomBytes } from 'node:crypto'
import type { Part } from '../lib/part.ts'

export interface SecretStore {
  getOrMake(key: string, make: () => Uint8Array): Promise<Uint8Array>
}

/** Secrets that outlive the process, so that what was signed with them does too. */
export class BoxSecrets implements Part {
  readonly name = 'secrets'
  readonly #store: SecretStore
  #recordRoute: string | undefined

  constructor(store: SecretStore) {
    this.#store = store
  }

  async start(): Promise<void> {
    const secret = await this.#store.getOrMake('record-route-secret', () => randomBytes(32))
    this.#recordRoute = Buffer.from(secret).toString('hex')
  }

  async stop(): Promise<void> {
    this.#recordRoute = undefined
  }

  /** Signs the Record-Route of calls that the box only forwards. */
  get recordRoute(): string {
    if (this.#recordRoute === undefined) throw new Error('a secret is used before it was read')
    return this.#recordRoute
  }
}
