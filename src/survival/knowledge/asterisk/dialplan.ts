import type { ConfSection } from './conf-section.ts'

/** One step of an extension: `n(label),Dial(PJSIP/201,20)`. */
export interface DialplanStep {
  readonly label: string | undefined
  readonly application: string
  readonly argument: string
}

export interface DialplanContext {
  readonly extensions: ReadonlyMap<string, readonly DialplanStep[]>
  readonly includes: readonly string[]
}

/** `extensions.conf` by context. Steps are in the order of the file, which is how people write them. */
export function readDialplan(sections: readonly ConfSection[]): ReadonlyMap<string, DialplanContext> {
  const contexts = new Map<string, { extensions: Map<string, DialplanStep[]>; includes: string[] }>()
  for (const { name, isTemplate, lines } of sections) {
    if (isTemplate || name === 'general' || name === 'globals') continue
    const context = contexts.get(name) ?? { extensions: new Map<string, DialplanStep[]>(), includes: [] }
    contexts.set(name, context)
    let current: string | undefined
    for (const [key, value] of lines) {
      const word = key.toLowerCase()
      if (word === 'include') context.includes.push(value.split(',')[0]?.trim() ?? '')
      if (word === 'exten') current = value.split(',')[0]?.trim().split('/')[0]
      if ((word !== 'exten' && word !== 'same') || current === undefined) continue
      const step = readStep(word === 'exten' ? value.slice(value.indexOf(',') + 1) : value)
      if (!step) continue
      const steps = context.extensions.get(current)
      if (steps) steps.push(step)
      else context.extensions.set(current, [step])
    }
  }
  return contexts
}

/** What is behind the extension: `1,Dial(PJSIP/201,20)`. Hints are no steps. */
function readStep(text: string): DialplanStep | undefined {
  const match = /^\s*(\w+)\s*(?:\+\d+)?(?:\(([^)]*)\))?\s*,\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(text)
  if (!match || match[1] === 'hint') return undefined
  return { label: match[2], application: (match[3] ?? '').toLowerCase(), argument: match[4] ?? '' }
}
