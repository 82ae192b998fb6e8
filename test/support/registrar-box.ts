import { guardSection } from '../../src/config/sections/guard.ts'
import { registrarSection } from '../../src/config/sections/registrar.ts'
import type { UserEntry } from '../../src/config/sections/users.ts'
import { DrachtioStack } from '../../src/drivers/drachtio/drachtio-stack.ts'
import { BindingTable } from '../../src/drivers/sqlite/binding-table.ts'
import { Database } from '../../src/drivers/sqlite/database.ts'
import { SettingTable } from '../../src/drivers/sqlite/setting-table.ts'
import { Engine } from '../../src/engine/engine.ts'
import { NumericResolver } from '../../src/engine/transport/numeric-resolver.ts'
import { Guard } from '../../src/guard/guard.ts'
import { Accounts } from '../../src/identity/accounts.ts'
import { DigestAuthenticator } from '../../src/identity/digest.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { Part } from '../../src/lib/part.ts'
import { guardedRegister } from '../../src/registrar/guarded-register.ts'
import { Location } from '../../src/registrar/location.ts'
import { Registrar } from '../../src/registrar/registrar.ts'
import { giveBack, type NamedEngine, namedEngines, takeEngine } from './named-engine.ts'

export interface RegistrarBoxOptions {
  readonly dataDir: string
  readonly users: readonly UserEntry[]
  readonly realm: string
  /** For UDP and TCP, unless the environment names an engine. */
  readonly port: number
  readonly neverBan?: readonly string[]
}

/** What of a box answers REGISTER, on loopback: engine, digest, registrar, database. */
export class RegistrarBox implements Part {
  readonly name = 'registrar-box'
  readonly #options: RegistrarBoxOptions
  readonly #started: Part[] = []
  #location: Location | undefined
  #named: NamedEngine | undefined

  constructor(options: RegistrarBoxOptions) {
    this.#options = options
  }

  /** Where phones send their requests. */
  get server(): { readonly host: string; readonly port: number } {
    return this.#named?.sip ?? { host: '127.0.0.1', port: this.#options.port }
  }

  get location(): Location {
    if (!this.#location) throw new Error('the box is not started')
    return this.#location
  }

  async start(): Promise<void> {
    const { dataDir, users, realm, neverBan = ['127.0.0.1'] } = this.#options
    const database = await this.#begin(new Database({ dataDir, log: silentLog }))
    const accounts = new Accounts({ users, domains: [realm] })
    const section = registrarSection.parse({})
    const secrets = new SettingTable(database)
    const digest = await this.#begin(
      new DigestAuthenticator({ accounts, secrets, algorithms: section.algorithms }),
    )
    const location = await this.#begin(new Location({ store: new BindingTable(database), log: silentLog }))
    this.#location = location
    const guard = new Guard(guardSection.parse({ neverBan, authFailuresToBan: 3 }), silentLog)
    const rules = { ...section, maxContacts: section.maxContactsPerUser }
    const registrar = new Registrar({
      demandFor: () => ({ realm }),
      rules,
      digest,
      users: accounts,
      location,
      guard,
      log: silentLog,
    })

    const stack = new DrachtioStack(await this.#control(), silentLog)
    stack.onRequest(
      'REGISTER',
      guardedRegister(guard, (request) => registrar.handle(request)),
    )
    await this.#begin(stack)
  }

  async stop(): Promise<void> {
    for (const part of this.#started.splice(0).reverse()) await part.stop()
    if (this.#named) giveBack(this.#named)
    this.#named = undefined
  }

  async #control(): Promise<NamedEngine['control']> {
    if (namedEngines.length > 0) {
      this.#named = takeEngine()
      return this.#named.control
    }
    const { port } = this.#options
    const listen = (['udp', 'tcp'] as const).map((transport) => ({
      transport,
      address: '127.0.0.1',
      port,
    }))
    const control = { host: '127.0.0.1', port: 0, secret: 'flow' }
    const engine = await this.#begin(
      new Engine({ listen, control, resolver: new NumericResolver(), log: silentLog }),
    )
    return { ...control, port: engine.controlPort }
  }

  async #begin<Kind extends Part>(part: Kind): Promise<Kind> {
    this.#started.push(part)
    await part.start()
    return part
  }
}
