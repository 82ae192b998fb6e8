import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A fenced block of a page. Its info string is a language, and for commands the place where they are typed. */
export interface PageBlock {
  /** From the top of the project: `docs/operate/backup.md`. */
  readonly page: string
  /** Of the first line inside the fence. */
  readonly line: number
  /** `sh`, `console`, `yaml`, …; empty for a bare fence. */
  readonly language: string
  /** Empty for the box itself. */
  readonly place: string
  readonly text: string
}

const project = new URL('../../../', import.meta.url)

/** All fenced blocks of a page of this project, in order. */
export function blocksOf(page: string): PageBlock[] {
  return blocksIn(page, readFileSync(fileURLToPath(new URL(page, project)), 'utf8'))
}

export function blocksIn(page: string, markdown: string): PageBlock[] {
  const blocks: PageBlock[] = []
  let open: { indent: string; line: number; language: string; place: string; lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = line.match(/^( *)```(.*)$/)
    if (open && fence) {
      const { line: at, language, place, lines } = open
      // To readers of Markdown such a line ends nothing.
      if (fence[2]?.trim()) throw new Error(`${page}:${index + 1}: text behind the end of a fence`)
      blocks.push({ page, line: at, language, place, text: lines.join('\n') })
      open = undefined
    } else if (open) open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    else if (fence) {
      const [language = '', ...place] = (fence[2] ?? '').trim().split(/\s+/)
      open = { indent: fence[1] ?? '', line: index + 2, language, place: place.join(' '), lines: [] }
    }
  }
  if (open) throw new Error(`${page}:${open.line - 1}: this fence is never closed`)
  return blocks
}
