import { resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import type { PageBlock } from '../../support/docs/page-blocks.ts'
import type { BoxConfig } from '../../support/test-box.ts'
import type { Neighbours } from './neighbours.ts'

/** What is there when a reader begins with a page, and what he knows that the page cannot. */
export interface Scene {
  /** Config of the box. The page's own YAML blocks go over it, section by section, unless `isLivingByPage` is false. */
  readonly config?: Partial<BoxConfig>
  readonly isLivingByPage?: boolean
  /** Runs when the page begins; else the page starts it, or needs none. */
  readonly isRunning?: boolean
  /** Configs of further machines, by the place in the fence. */
  readonly others?: Readonly<Record<string, Partial<BoxConfig>>>
  readonly neighbours?: Neighbours
  /** Phones, by the place of the box where they register as soon as it runs. */
  readonly phones?: Readonly<Record<string, Pick<Neighbours, 'phones' | 'call'>>>
  /** Files beside the config, besides those with secrets. */
  readonly files?: Readonly<Record<string, string>>
  /** What stands for a word in capitals: itself, or what the last command like `after` printed. */
  readonly words?: Readonly<Record<string, string | { readonly after: RegExp; readonly take: RegExp }>>
  /** What is typed when a command asks. */
  readonly typed?: Readonly<Record<string, string>>
}

/** What every `${file:…}` of a page holds. */
export const secretInFiles = 'a-secret-of-the-page'

/** The config file of a page's box. */
export function configOf(scene: Scene, blocks: readonly PageBlock[]): string {
  const own = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => parse(text) as object)
  const sections = scene.isLivingByPage === false ? [] : own
  return stringify(Object.assign({}, installed, scene.config, ...sections))
}

/** Files that a config refers to. */
export function filesNamedIn(config: string): string[] {
  return [...config.matchAll(/\$\{file:([^}]+)\}/g)].map(([, file = '']) => resolve('/etc/causeway', file))
}

// As the package has it.
const installed = {
  box: { dataDir: '/var/lib/causeway' },
  admin: { host: '0.0.0.0', token: '${file:/var/lib/causeway/admin-password}' },
}
