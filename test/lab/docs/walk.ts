import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { PageBlock } from '../../support/docs/page-blocks.ts'
import { commandsOf, type PageCommand } from '../../support/docs/page-commands.ts'
import { missingFrom } from '../../support/docs/shown-output.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { Machine } from './machine.ts'
import { nameServerAddress } from './neighbours.ts'
import { whyNotRun } from './not-run.ts'
import { configOf, filesNamedIn, type Scene, secretInFiles } from './scene.ts'
import { Town } from './town.ts'

const configFile = '/etc/causeway/causeway.yaml'
const startBox = 'causeway start'

// What tells how things are is asked again until it says what the page shows: a phone or a box may be on its way.
const asking =
  /^causeway (route|survival (status|readiness|reports)|overlay (status|peers|lookup|services))\b/
const settlesWithinMs = 20_000
const project = new URL('../../../', import.meta.url)

/** Follows a page from its first command to its last, as somebody does who has what the scene has. */
export class Walk {
  readonly #scene: Scene
  readonly #blocks: readonly PageBlock[]
  readonly #town = new Town()
  readonly #stick = new TemporaryFolder('stick')
  readonly #machines = new Map<string, Machine>()
  readonly #said: string[] = []
  #printed: { readonly text: string; readonly printed: string }[] = []
  readonly #come = new Set<string>()

  constructor(scene: Scene, blocks: readonly PageBlock[]) {
    this.#scene = scene
    this.#blocks = blocks
  }

  /** Resolves with the number of commands that were run. Rejects at the first that does not do what the page says. */
  async follow(): Promise<number> {
    const commands = this.#blocks.flatMap(commandsOf).filter((command) => whyNotRun(command) === undefined)
    await this.#prepare()
    for (const command of commands) await this.#type(command)
    return commands.length
  }

  async stop(): Promise<void> {
    for (const machine of this.#machines.values()) await machine.stop()
    await this.#town.stop()
    this.#stick.remove()
  }

  async #prepare(): Promise<void> {
    const { neighbours, files = {}, others = {}, isRunning } = this.#scene
    this.#town.build(['', ...Object.keys(others)])
    if (neighbours) await this.#town.invite(neighbours)
    const box = await this.#settle('', configOf(this.#scene, this.#blocks))
    for (const [file, text] of Object.entries(files)) await box.write(file, text)
    for (const [place, config] of Object.entries(others))
      await this.#settle(place, configOf({ config, isLivingByPage: false }, []))
    if (isRunning) await this.#start(box, '')
  }

  async #settle(place: string, config: string): Promise<Machine> {
    const machine = new Machine(this.#town.host(place))
    this.#machines.set(place, machine)
    await machine.start(nameServerAddress, this.#stick.path)
    await machine.write(configFile, config)
    for (const file of filesNamedIn(config)) await machine.write(file, secretInFiles)
    return machine
  }

  async #type(command: PageCommand): Promise<void> {
    const machine = this.#machines.get(command.place)
    const at = `${command.page}:${command.line}`
    if (!machine) throw new Error(`${at}: nobody has told where "${command.place}" is`)
    const text = this.#spellOut(command.text)
    const service = text.match(/^systemctl (start|restart|stop) causeway$/)?.[1]
    if (service === 'stop') return machine.end()
    if (service !== undefined || text === 'npm start') return this.#start(machine, command.place, text)
    if (/^causeway (start|engine)\b/.test(text)) return machine.launch(text, /"msg":"(ready|listening)"/)
    const deadline = Date.now() + (asking.test(text) ? settlesWithinMs : 0)
    for (;;) {
      const fault = await this.#try(machine, text, command)
      if (fault === undefined) return
      if (Date.now() >= deadline)
        throw new Error([`${at}: ${fault}`, ...this.#said.slice(-6), machine.lastWords].join('\n\n'))
    }
  }

  /** Resolves with what is not as the page says. */
  async #try(machine: Machine, text: string, command: PageCommand): Promise<string | undefined> {
    const typed = Object.entries(this.#scene.typed ?? {}).find(([words]) => text.includes(words))?.[1]
    const { code, printed } = await machine.run(text, typed)
    this.#said.push(`$ ${text}\n${printed}`)
    this.#printed.push({ text, printed })
    if (code !== command.exitCode) return `ended with ${code}, not ${command.exitCode}`
    const missing = missingFrom(printed, command.shown)
    return missing === undefined ? undefined : `does not say "${missing}"`
  }

  async #start(machine: Machine, place: string, text = startBox): Promise<void> {
    await machine.launch(text === 'npm start' ? npmStart() : startBox, /"msg":"ready"/)
    const come = this.#scene.phones?.[place]
    if (!come || this.#come.has(place)) return
    this.#come.add(place)
    const phones = await Promise.all(
      (come.phones ?? []).map(async ({ aor, password, server }) => {
        const isFile = password.startsWith('/')
        return {
          aor,
          server,
          password: isFile ? (await machine.run(`cat ${password}`)).printed.trim() : password,
        }
      }),
    )
    await this.#town.invite({ ...come, phones })
  }

  #spellOut(text: string): string {
    return text.replace(/\b[A-Z][A-Z-]+\b/g, (name) => {
      const word = this.#scene.words?.[name]
      if (word === undefined || typeof word === 'string') return word ?? name
      const { printed } = this.#printed.findLast((each) => word.after.test(each.text)) ?? { printed: '' }
      const found = printed.match(word.take)
      if (!found)
        throw new Error(`${name}: no command like ${word.after} has printed ${word.take}:\n${printed}`)
      return found[1] ?? found[0]
    })
  }
}

/** Without npm between the test and the box. */
function npmStart(): string {
  const { scripts } = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', project)), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start
}
