import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { debianMirror } from '../../appliance/debian/debian-mirror.ts'
import { debianRoot, debianRootPlace, type RootRecipe } from '../../appliance/debian/debian-root.ts'

/** Where an unpacked Debian with Asterisk has what it takes to start it from outside. */
export interface AsteriskRoot {
  readonly folder: string
  readonly loader: string
  readonly libraries: readonly string[]
  readonly program: string
  readonly modules: string
  readonly data: string
}

/** Debian releases that have Asterisk, the one to try first first: bullseye changes no more, sid does every day. */
const releases = ['bullseye', 'sid']

/**
 * A Debian with Asterisk in a folder, as bookworm has none: made once, in some 40 s and 300 MB. Throws with what
 * mmdebstrap said when that does not work.
 */
export function asteriskRoot(): AsteriskRoot {
  const recipes = releases.map(recipeOf)
  const made = recipes.map(debianRootPlace).find((place) => existsSync(place))
  return describeRoot(made ?? makeRoot(recipes))
}

function recipeOf(release: string): RootRecipe {
  return {
    name: `asterisk-${release}`,
    release,
    packages: ['asterisk'],
    sources: [debianMirror()],
    options: ['--aptopt=Acquire::Check-Valid-Until "false"'],
  }
}

function makeRoot(recipes: readonly RootRecipe[]): string {
  const troubles: string[] = []
  for (const recipe of recipes) {
    try {
      return debianRoot(recipe)
    } catch (error) {
      troubles.push((error as Error).message)
    }
  }
  throw new Error(`no Asterisk for the lab:\n${troubles.join('\n')}`)
}

function describeRoot(root: string): AsteriskRoot {
  const libraries = readdirSync(join(root, 'usr/lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((name) => [join(root, 'usr/lib', name), join(root, 'lib', name)])
  // /lib64/ld-linux-… may be a link to an absolute path, which is this machine's and not the root's.
  const loader = libraries
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-(linux-.*\.so\.\d+|2\.\d+\.so)$/.test(file) && lstatSync(file).isFile())
  const modules = [...libraries, join(root, 'usr/lib')]
    .map((folder) => join(folder, 'asterisk', 'modules'))
    .find((folder) => existsSync(folder))
  if (!loader || !modules) throw new Error(`${root} is no Debian with Asterisk; remove it and try again`)
  return {
    folder: root,
    loader,
    modules,
    libraries: [...libraries, join(root, 'usr/lib')],
    program: join(root, 'usr/sbin/asterisk'),
    data: join(root, 'usr/share/asterisk'),
  }
}
