import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const reference = /\$\{(file|env):([^}]+)\}/g

/**
 * What a text of the command line refers to, as `${file:…}` or `${env:…}`. Undefined when it refers to nothing. Throws an
 * `Error` that names what is missing.
 */
export function resolveReference(
  text: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const { tree, problems } = resolveReferences(text, process.cwd(), environment)
  const [problem] = problems
  if (problem) throw new Error(problem.problem)
  return tree === text ? undefined : (tree as string)
}

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
