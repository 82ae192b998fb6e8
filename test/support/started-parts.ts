/** What a test has started; `stop` ends it, last first, and is for `afterEach`. */
export class StartedParts {
  readonly #parts: { stop(): Promise<void> }[] = []

  /** For what runs already. */
  add<Kind extends { stop(): Promise<void> }>(part: Kind): Kind {
    this.#parts.push(part)
    return part
  }

  /** A part that fails to start is stopped too. */
  async begin<Kind extends { start(): Promise<void>; stop(): Promise<void> }>(part: Kind): Promise<Kind> {
    this.add(part)
    await part.start()
    return part
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) await part.stop()
  }
}
