import { ConfInvalid } from './conf-invalid.ts'
import type { ConfLine, ConfSection } from './conf-section.ts'

/** The text of another file by the name that `#include` gives it; undefined when it was not handed over. */
export type ConfFiles = (name: string) => readonly { readonly name: string; readonly text: string }[]

export interface ConfText {
  readonly sections: readonly ConfSection[]
  /** Files that are included and were not there. */
  readonly missing: readonly string[]
}

interface Draft {
  readonly name: string
  readonly isTemplate: boolean
  readonly lines: ConfLine[]
}

/** As deep as Asterisk itself goes. */
const deepestInclude = 10
const mostLines = 2_000_000

/** Reads an Asterisk config file as Asterisk does (main/config.c): comments, templates, `+=`, `#include`. */
export function readConfText(name: string, text: string, files: ConfFiles = () => []): ConfText {
  const reader = new ConfReader(files)
  reader.read(name, text, 0)
  return { sections: reader.sections, missing: reader.missing }
}

class ConfReader {
  readonly sections: Draft[] = []
  readonly missing: string[] = []
  /** The last section of each name: a large PBX has ten thousands that name the same template. */
  readonly #named = new Map<string, Draft>()
  readonly #files: ConfFiles
  #open: Draft | undefined
  #isInComment = false
  #lines = 0

  constructor(files: ConfFiles) {
    this.#files = files
  }

  /** Throws `ConfInvalid`, with file and line. */
  read(file: string, text: string, depth: number): void {
    if (depth > deepestInclude) throw new ConfInvalid(file, 0, 'files include each other without end')
    for (const [index, raw] of text.split(/\r?\n/).entries()) {
      this.#count(1, file, index + 1)
      const line = this.#withoutComments(raw).trim()
      if (line !== '') this.#readLine(line, { file, line: index + 1, depth })
    }
  }

  #count(lines: number, file: string, line: number): void {
    this.#lines += lines
    if (this.#lines > mostLines) throw new ConfInvalid(file, line, `more than ${mostLines} lines`)
  }

  #readLine(line: string, place: { file: string; line: number; depth: number }): void {
    if (line.startsWith('[')) this.#begin(line, place)
    else if (line.startsWith('#')) this.#directive(line, place)
    else this.#set(line, place)
  }

  #begin(line: string, { file, line: number }: { file: string; line: number }): void {
    const match = /^\[([^\]]*)\]\s*(?:\(([^)]*)\))?/.exec(line)
    if (!match) throw new ConfInvalid(file, number, 'a section without its closing bracket')
    const name = (match[1] ?? '').trim()
    const options = (match[2] ?? '').split(',').map((option) => option.trim())
    // "+" goes on with the last section of that name, before what it inherits besides.
    const known = options.includes('+') ? this.#named.get(name) : undefined
    const section = known ?? { name, isTemplate: options.includes('!'), lines: [] }
    for (const option of options) {
      if (option === '' || option === '!' || option === '+') continue
      const template = this.#named.get(option)
      if (!template)
        throw new ConfInvalid(file, number, `[${name}] inherits from [${option}], which is not there`)
      // Templates of templates may double at each step.
      this.#count(template.lines.length, file, number)
      // "+" may name itself.
      for (const each of [...template.lines]) section.lines.push(each)
    }
    if (!known) this.sections.push(section)
    this.#named.set(name, section)
    this.#open = section
  }

  #set(line: string, { file, line: number }: { file: string; line: number }): void {
    const section = this.#open
    const equals = line.indexOf('=')
    // Asterisk itself warns of such a line and goes on.
    if (equals < 0) return
    if (!section) throw new ConfInvalid(file, number, 'a setting before the first section')
    const isAppended = line[equals - 1] === '+'
    const key = line.slice(0, isAppended ? equals - 1 : equals).trim()
    const value = line.slice(line[equals + 1] === '>' ? equals + 2 : equals + 1).trim()
    const before = isAppended ? section.lines.findLastIndex(([name]) => name === key) : -1
    const [, old = ''] = section.lines[before] ?? []
    if (before >= 0) section.lines[before] = [key, old + value]
    else section.lines.push([key, value])
  }

  #directive(
    line: string,
    { file, line: number, depth }: { file: string; line: number; depth: number },
  ): void {
    const [, word = '', argument = ''] = /^#\s*(\w+)\s*(.*)$/.exec(line) ?? []
    const name = argument.trim().replace(/^["<]|[">]$/g, '')
    if (word === 'exec') {
      // What a program would print there only the PBX itself can tell.
      this.missing.push(`the output of ${name} (#exec in ${file})`)
      return
    }
    if (!/^(include|tryinclude)$/.test(word) || name === '')
      throw new ConfInvalid(file, number, `the directive "${line.slice(0, 40)}" is unknown`)
    const found = this.#files(name)
    if (found.length === 0 && word === 'include') this.missing.push(`${name} (included by ${file})`)
    for (const each of found) this.read(each.name, each.text, depth + 1)
  }

  /** `;` to the end of the line unless escaped, and `;-- … --;` over many lines. */
  #withoutComments(raw: string): string {
    let kept = ''
    for (let at = 0; at < raw.length; at++) {
      if (this.#isInComment) {
        if (raw.startsWith('--;', at)) {
          this.#isInComment = false
          at += 2
        }
      } else if (raw[at] === '\\' && raw[at + 1] === ';') {
        kept += ';'
        at++
      } else if (raw[at] !== ';') kept += raw[at]
      else if (raw.startsWith(';--', at) && raw[at + 3] !== '-') {
        this.#isInComment = true
        at += 2
      } else break
    }
    return kept
  }
}
