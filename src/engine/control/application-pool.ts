import type { Application } from './application.ts'

/** Who wants which requests. Several applications with a route for the same verb take turns. */
export class ApplicationPool {
  readonly #byVerb = new Map<string, Application[]>()

  /** `verb` in lower case: a SIP method, or `cdr:attempt` and its like. */
  route(verb: string, application: Application): void {
    if (application.verbs.has(verb)) return
    application.verbs.add(verb)
    const applications = this.#byVerb.get(verb)
    if (applications) applications.push(application)
    else this.#byVerb.set(verb, [application])
  }

  removeRoute(verb: string, application: Application): void {
    if (!application.verbs.delete(verb)) return
    const others = (this.#byVerb.get(verb) ?? []).filter((other) => other !== application)
    if (others.length === 0) this.#byVerb.delete(verb)
    else this.#byVerb.set(verb, others)
  }

  remove(application: Application): void {
    for (const verb of [...application.verbs]) this.removeRoute(verb, application)
  }

  isRouted(verb: string): boolean {
    return this.#byVerb.has(verb)
  }

  /** The application whose turn it is. */
  next(verb: string): Application | undefined {
    const applications = this.#byVerb.get(verb)
    if (!applications) return undefined
    if (applications.length === 1) return applications[0]
    const application = applications.shift() as Application
    applications.push(application)
    return application
  }
}
