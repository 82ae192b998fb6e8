import type { DialledDevice } from './dialled-device.ts'
import type { ToldPhone } from './told-phones.ts'

/** Which extension a device of the dialplan, or a number that people dial, belongs to. */
export class ExtensionNames {
  readonly #byDevice: ReadonlyMap<string, string>
  readonly #users: ReadonlySet<string>
  readonly #byAlias = new Map<string, string>()
  readonly #aliases = new Map<string, string[]>()

  constructor(phones: readonly ToldPhone[]) {
    this.#byDevice = new Map(phones.map(({ device, user }) => [device, user]))
    this.#users = new Set(phones.map(({ user }) => user))
  }

  has(user: string): boolean {
    return this.#users.has(user)
  }

  /** Undefined for what is no phone of this PBX. */
  userOf(device: DialledDevice): string | undefined {
    return device.kind === 'device' ? this.#byDevice.get(device.name) : this.named(device.user)
  }

  /** By its own name or by an alias. */
  named(name: string): string | undefined {
    return this.#users.has(name) ? name : this.#byAlias.get(name)
  }

  /** The first who gets a name keeps it. */
  addAlias(alias: string, user: string): void {
    if (this.named(alias) !== undefined) return
    this.#byAlias.set(alias, user)
    const aliases = this.#aliases.get(user)
    if (aliases) aliases.push(alias)
    else this.#aliases.set(user, [alias])
  }

  aliasesOf(user: string): readonly string[] {
    return this.#aliases.get(user) ?? []
  }
}
