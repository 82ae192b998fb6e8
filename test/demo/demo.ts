import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { type Path, paths } from './paths.ts'
import { World } from './world.ts'

interface Outcome {
  readonly path: string
  readonly isGreen: boolean
  readonly saw: string
  readonly seconds: number
}

const { values: options } = parseArgs({ options: { keep: { type: 'boolean' }, json: { type: 'boolean' } } })
// With --json standard output is for the machine; people read standard error.
const say = options.json ? console.error : console.log

async function walk(path: Path, world: World): Promise<Outcome> {
  const began = performance.now()
  const finish = (isGreen: boolean, saw: string): Outcome => {
    const seconds = (performance.now() - began) / 1000
    say(`${isGreen ? '✓' : '✗'} ${path.title}\n    ${saw}`)
    return { path: path.title, isGreen, saw, seconds }
  }
  try {
    return finish(true, await path.walk(world))
  } catch (error) {
    return finish(false, (error as Error).message)
  }
}

async function demo(): Promise<number> {
  const began = performance.now()
  const world = new World()
  try {
    await world.start((what) => say(`· ${what}`))
    const outcomes: Outcome[] = []
    for (const path of paths) outcomes.push(await walk(path, world))
    const green = outcomes.filter(({ isGreen }) => isGreen).length
    const seconds = (performance.now() - began) / 1000
    say(`\n${green} of ${outcomes.length} paths green in ${seconds.toFixed(1)} s`)
    if (options.json) console.log(JSON.stringify({ green, of: outcomes.length, seconds, outcomes }, null, 2))
    if (options.keep) await keep(world)
    return green === outcomes.length ? 0 : 1
  } finally {
    await world.stop()
  }
}

async function keep(world: World): Promise<void> {
  say(`\nThe world goes on until Ctrl-C. Admin pages: ${world.boxA.adminUrl} and ${world.boxB.adminUrl}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

process.exitCode = await demo()
