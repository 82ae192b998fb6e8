import { someRun } from './call-story.ts'
import { EnginePromises } from './engine-promises.ts'
import type { Step } from './engine-step.ts'
import { EngineWorld } from './engine-world.ts'
import { FarSide } from './far-side.ts'
import { demand, type FuzzTarget } from './fuzz-target.ts'
import { withoutParts } from './minimise.ts'

interface RunCase {
  readonly steps: readonly Step[]
}

const quietMs = 900_000
const longestSubscriptionMs = 87_000_000

/**
 * Sequences of messages, frames and time against the whole engine but its sockets. Promise: no unexpected error, no
 * broken rule of the transactions, and nothing left of anything once all timers have run and the applications are gone.
 */
export const engineTarget: FuzzTarget<RunCase> = {
  name: 'engine',
  generate: (random) => ({ steps: someRun(random) }),
  check: async ({ steps }) => {
    const run = new Run()
    const onUncaught = (error: unknown) =>
      run.world.faults.push(`uncaught: ${(error as Error)?.stack ?? error}`)
    process.on('uncaughtException', onUncaught)
    process.on('unhandledRejection', onUncaught)
    try {
      await run.begin()
      for (const step of steps) await run.take(step)
      await run.end()
    } finally {
      process.off('uncaughtException', onUncaught)
      process.off('unhandledRejection', onUncaught)
      run.world.layer.stop()
    }
  },
  *simpler({ steps }) {
    for (const fewer of withoutParts(steps)) yield { steps: fewer }
    for (const [n, step] of steps.entries()) {
      if ('extra' in step) {
        for (const extra of withoutParts(step.extra)) yield { steps: steps.with(n, { ...step, extra }) }
      }
    }
  },
}

class Run {
  readonly world = new EngineWorld()
  readonly #promises = new EnginePromises()
  readonly #far = new FarSide(this.world, this.#promises)

  async begin(): Promise<void> {
    this.world.join(0)
    await this.world.settle()
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'time') {
      await this.world.pass(step.ms)
    } else {
      this.#act(step)
      await this.world.settle()
    }
    this.#look(step.do !== 'time')
    this.#promises.acksAreOut()
  }

  /** First everything but standing calls ends by itself; those go with their applications. */
  async end(): Promise<void> {
    const { world } = this
    world.transport.unreachable.clear()
    await world.pass(quietMs)
    this.#look(false)
    const { dialogs: _, timers: __, ...rest } = world.remains
    demand(Object.keys(rest).length === 0, `nothing but calls outlives its timers: ${JSON.stringify(rest)}`)
    const present = world.applications.filter((application) => application?.socket.destroyed === false)
    const isServed = present.every(({ pending }) => pending.size === 0)
    demand(isServed, 'every request of an application gets a final response')
    if (present.length > 0) await this.#onlyCallsStand()
    for (const { socket } of present) socket.destroy()
    if (present.length > 0) await world.pass(quietMs)
    this.#look(false)
    demand(Object.keys(world.remains).length === 0, `nothing remains: ${JSON.stringify(world.remains)}`)
    await this.#dialogsAreForgotten()
  }

  /** Subscriptions end by themselves too. */
  async #onlyCallsStand(): Promise<void> {
    await this.world.pass(longestSubscriptionMs)
    this.#look(false)
    const { dialogs = 0 } = this.world.remains
    demand(dialogs <= this.#promises.answeredCalls, `only calls stand: ${dialogs} dialogs`)
  }

  async #dialogsAreForgotten(): Promise<void> {
    const { world } = this
    const names = new Set(world.applications.flatMap((application) => application?.dialogs ?? []))
    world.join(0)
    const [last] = world.applications
    if (!last) return
    for (const name of names) {
      const id = last.send(`sip||${name}|\r\nINFO sip:placeholder SIP/2.0\r\n\r\n`)
      await world.settle()
      demand(last.refused.has(id), `dialog ${name} is forgotten`)
    }
    last.socket.destroy()
    await world.settle()
  }

  #look(isStep: boolean): void {
    const { world } = this
    const sent = world.transport.take()
    this.#far.hear(sent)
    demand(world.faults.length === 0, `no unexpected error: ${world.faults[0]}`)
    const [unreadable] = world.transport.unreadable
    demand(unreadable === undefined, `what goes out can be read: ${unreadable}`)
    this.#promises.sent(sent, isStep)
  }

  #act(step: Exclude<Step, { do: 'time' }>): void {
    const far = this.#far
    switch (step.do) {
      case 'request':
        far.request(step)
        break
      case 'again':
        far.again(step)
        break
      case 'cancel':
        far.cancel(step)
        break
      case 'flow-fails':
        far.flowFails(step)
        break
      case 'ack':
        far.ack(step)
        break
      case 'in-dialog':
        far.inDialog(step)
        break
      case 'from-callee':
        far.fromCallee(step)
        break
      case 'answer':
        far.answer(step)
        break
      case 'mangled':
        far.mangled(step)
        break
      case 'unreachable':
        far.unreachable(step)
        break
      case 'app-joins':
        this.world.join(step.app)
        break
      default:
        this.#application(step)
    }
  }

  #application(step: Extract<Step, { readonly app: number }>): void {
    const application = this.world.applications[step.app]
    if (!application) return
    const { incoming, outgoing, dialogs } = application
    const one = (names: readonly string[], which: number) => names[which % Math.max(1, names.length)] ?? ''
    switch (step.do) {
      case 'app-leaves':
        application.socket.destroy()
        break
      case 'app-answers': {
        const lines = textOf(step.extra)
        application.send(`sip|${one(incoming, step.which)}||\r\nSIP/2.0 ${step.status} Answer\r\n${lines}`)
        break
      }
      case 'app-sends': {
        const dialog = step.dialog === undefined ? '' : one(dialogs, step.dialog)
        const uri = step.dialog === undefined ? step.uri : 'sip:placeholder'
        application.send(`sip||${dialog}|\r\n${step.method} ${uri} SIP/2.0\r\n${textOf(step.extra)}`)
        break
      }
      case 'app-acks':
        application.send(`sip||${one(dialogs, step.which)}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`)
        break
      case 'app-cancels':
        application.send(`sip|${one(outgoing, step.which)}||\r\nCANCEL sip:placeholder SIP/2.0\r\n\r\n`)
        break
      case 'app-proxies':
        application.send(
          `proxy|${one(incoming, step.which)}|${step.options}|${step.targets.join('|')}\r\nINVITE sip:x@y SIP/2.0\r\n\r\n`,
        )
        break
      case 'app-frame':
        application.send(step.payload)
        break
      case 'app-bytes':
        application.bytes(Buffer.from(step.bytes, 'latin1'))
        break
    }
  }
}

function textOf(extra: readonly string[]): string {
  const body = extra.find((line) => line.startsWith('\r\n')) ?? '\r\n'
  return (
    extra
      .filter((line) => !line.startsWith('\r\n'))
      .map((line) => `${line}\r\n`)
      .join('') + body
  )
}
