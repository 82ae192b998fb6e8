import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type JournalEntry, readJournalLine } from './journal-line.ts'

/** What is in one file of the journal. */
export interface SegmentContent {
  readonly number: number
  readonly entries: readonly JournalEntry[]
  /** Lines that were damaged; a last line that was torn by the end of the process is none. */
  readonly damaged: number
}

const fileName = /^calls-(\d{8})\.log$/
const asideName = /^calls-\d{8}\.damaged$/
const mostSetAside = 4

/** The files of the journal, numbered in the order in which they were begun. */
export class SegmentFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The numbers of the files, oldest first. Makes the folder. */
  async numbers(): Promise<number[]> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#path)
    return names.flatMap((name) => Number(fileName.exec(name)?.[1] ?? Number.NaN) || []).sort((a, b) => a - b)
  }

  path(number: number): string {
    return join(this.#path, `calls-${String(number).padStart(8, '0')}.log`)
  }

  async read(number: number): Promise<SegmentContent> {
    const lines = (await readFile(this.path(number), 'utf8')).split('\n')
    lines.pop() // after the last line end there is nothing, or a torn line
    const entries = lines.flatMap((line) => readJournalLine(line) ?? [])
    return { number, entries, damaged: lines.length - entries.length }
  }

  async remove(number: number): Promise<void> {
    await rm(this.path(number), { force: true })
  }

  /** Keeps the file for a person to look at; of such files only the latest few. */
  async setAside(number: number): Promise<void> {
    const path = this.path(number)
    await rename(path, path.replace(/\.log$/, '.damaged'))
    const aside = (await readdir(this.#path)).filter((name) => asideName.test(name)).sort()
    for (const name of aside.slice(0, -mostSetAside)) await rm(join(this.#path, name), { force: true })
  }
}
