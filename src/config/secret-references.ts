import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const reference = /\$\{(file|env):([^}]+)\}/g

export interface ReferenceProblem {
  readonly path: readonly PropertyKey[]
  readonly problem: string
}

/**
 * Replaces `${file:…}` (relative to `folder`, trailing newline dropped) and `${env:…}` in every string of a tree.
 * What cannot be read is reported, with the path of its key.
 */
export function resolveReferences(
  tree: unknown,
  folder: string,
  environment: NodeJS.ProcessEnv,
): { readonly tree: unknown; readonly problems: readonly ReferenceProblem[] } {
  const problems: ReferenceProblem[] = []

  const resolveText = (text: string, path: readonly PropertyKey[]): string =>
    text.replace(reference, (whole, kind: string, name: string) => {
      if (kind === 'env') {
        const value = environment[name]
        if (value !== undefined) return value
        problems.push({ path, problem: `the environment variable ${name} is not set` })
        return whole
      }
      try {
        return readFileSync(resolve(folder, name), 'utf8').replace(/\r?\n$/, '')
      } catch (error) {
        problems.push({ path, problem: `the file ${name} cannot be read (${(error as Error).message})` })
        return whole
      }
    })

  const visit = (node: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof node === 'string') return resolveText(node, path)
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...path, index]))
    if (node !== null && typeof node === 'object')
      return Object.fromEntries(
        Object.entries(node).map(([key, value]) => [key, visit(value, [...path, key])]),
      )
    return node
  }

  return { tree: visit(tree, []), problems }
}
