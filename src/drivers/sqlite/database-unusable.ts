import { basename } from 'node:path'

/** The database file cannot be used and the box must not start without the operator's word. The message says what to do. */
export class DatabaseUnusable extends Error {
  readonly file: string
  readonly problem: string

  constructor(file: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`the database ${file} cannot be used: ${problem}. ${remedy}. See docs/operate/backup.md`, options)
    this.name = 'DatabaseUnusable'
    this.file = file
    this.problem = problem
  }
}

/** How to go on when the file is damaged. `newestBackup` is a path, if there is one. */
export function remedyForDamage(file: string, newestBackup: string | undefined, now: number): string {
  const aside = `${basename(file)}.corrupt-${new Date(now).toISOString().slice(0, 10)}`
  const move = `Move ${basename(file)}, ${basename(file)}-wal and ${basename(file)}-shm aside (for example to ${aside})`
  return newestBackup === undefined
    ? `${move} and start again: there is no backup yet, so phones must register again and old call records stay behind`
    : `${move}, copy the newest backup ${newestBackup} to ${file} and start again`
}
