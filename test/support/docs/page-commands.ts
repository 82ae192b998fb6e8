import type { PageBlock } from './page-blocks.ts'

/** A command as a page has it. */
export interface PageCommand {
  readonly page: string
  readonly line: number
  /** Where it is typed; empty for the box itself. */
  readonly place: string
  /** What the shell gets, without the remark on the exit code. */
  readonly text: string
  readonly exitCode: number
  /** What the page shows of the output, line by line. */
  readonly shown: readonly string[]
}

const remark = /\s+# exit code (\d+)$/

/** The commands of a block: each line of `sh`, each line behind `$ ` of `console`; none of any other language. */
export function commandsOf(block: PageBlock): PageCommand[] {
  if (block.language !== 'sh' && block.language !== 'console') return []
  const isSession = block.language === 'console'
  const commands: { line: number; lines: string[]; shown: string[] }[] = []
  let isOpen = false
  let endOfText: string | undefined
  for (const [index, line] of block.text.split('\n').entries()) {
    const current = commands.at(-1)
    if (current && isOpen) current.lines.push(line)
    else if (isSession && !line.startsWith('$ ')) {
      if (line.trim() !== '') current?.shown.push(line)
      continue
    } else if (/^\s*(#.*)?$/.test(line)) continue
    else commands.push({ line: block.line + index, lines: [line.replace(/^\$ /, '')], shown: [] })
    endOfText ??= line.match(/<<-?\s*'?(\w+)'?/)?.[1]
    if (line === endOfText) endOfText = undefined
    isOpen = endOfText !== undefined || line.endsWith('\\')
  }
  return commands.map(({ line, lines, shown }) => {
    const text = lines.join('\n')
    const exitCode = Number(text.match(remark)?.[1] ?? 0)
    return { page: block.page, line, place: block.place, text: text.replace(remark, ''), exitCode, shown }
  })
}
