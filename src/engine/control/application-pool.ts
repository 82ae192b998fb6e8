import type { Application } from './application.ts'

/** Who wants which requests. Several applications with a route for the same verb, or with the same tag, take turns. */
export class ApplicationPool {
  readonly #byVerb = new Map<string, Application[]>()
  readonly #byTag = new Map<string, Application[]>()

  /** Makes an application known by its tags. */
  add(application: Application): void {
    for (const tag of new Set(application.tags)) join(this.#byTag, tag, application)
  }

  /** `verb` in lower case: a SIP method, or `cdr:attempt` and its like. */
  route(verb: string, application: Application): void {
    if (application.verbs.has(verb)) return
    application.verbs.add(verb)
    join(this.#byVerb, verb, application)
  }

  removeRoute(verb: string, application: Application): void {
    if (!application.verbs.delete(verb)) return
    leave(this.#byVerb, verb, application)
  }

  remove(application: Application): void {
    for (const verb of [...application.verbs]) this.removeRoute(verb, application)
    for (const tag of application.tags) leave(this.#byTag, tag, application)
  }

  isRouted(verb: string): boolean {
    return this.#byVerb.has(verb)
  }

  /** The application whose turn it is. */
  next(verb: string): Application | undefined {
    return takeTurn(this.#byVerb.get(verb))
  }

  /** The same among those that call themselves by a tag, whatever they have routed. */
  nextWithTag(tag: string): Application | undefined {
    return takeTurn(this.#byTag.get(tag))
  }
}

type Groups = Map<string, Application[]>

function join(groups: Groups, name: string, application: Application): void {
  const group = groups.get(name)
  if (group) group.push(application)
  else groups.set(name, [application])
}

function leave(groups: Groups, name: string, application: Application): void {
  const others = (groups.get(name) ?? []).filter((other) => other !== application)
  if (others.length === 0) groups.delete(name)
  else groups.set(name, others)
}

function takeTurn(group: Application[] | undefined): Application | undefined {
  if (!group || group.length === 1) return group?.[0]
  const application = group.shift() as Application
  group.push(application)
  return application
}
