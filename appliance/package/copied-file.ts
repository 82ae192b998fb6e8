import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Copies a file, or a folder with all that is in it, and makes the folders it needs. Programs become 0755, all other files
 * 0644, whatever they were here.
 */
export function copyPlain(source: string, target: string): void {
  const stats = statSync(source)
  if (stats.isDirectory()) {
    for (const name of readdirSync(source)) copyPlain(join(source, name), join(target, name))
    return
  }
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, target)
  chmodSync(target, stats.mode & 0o100 ? 0o755 : 0o644)
}
