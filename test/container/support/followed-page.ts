import { expect } from 'vitest'
import { blocksOf } from '../../support/docs/page-blocks.ts'
import { commandsOf, type PageCommand } from '../../support/docs/page-commands.ts'
import type { DockerDesk } from './docker-desk.ts'

/** The commands of a page that are typed in a clone, one after the other. */
export class FollowedPage {
  readonly #desk: DockerDesk
  readonly #left: PageCommand[]

  constructor(page: string, desk: DockerDesk) {
    this.#desk = desk
    this.#left = blocksOf(page)
      .flatMap(commandsOf)
      .filter(({ place }) => place === 'desk')
  }

  /** What nobody has typed yet. */
  get left(): readonly string[] {
    return this.#left.map(({ text }) => text)
  }

  /**
   * Types the next commands, to the first that is like `last`. Resolves with what that one printed; fails when one does not
   * end as the page says.
   */
  async typeTo(last: RegExp): Promise<string> {
    for (;;) {
      const command = this.#left.shift()
      if (!command) throw new Error(`the page has no further command like ${last}`)
      const { code, printed } = await this.#desk.type(command.text)
      expect(code, `${command.page}:${command.line}: ${command.text}\n${printed}`).toBe(command.exitCode)
      if (last.test(command.text)) return printed
    }
  }
}
