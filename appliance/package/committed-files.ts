import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/**
 * Writes files and folders of the commit that the checkout is at into `folder`: what somebody is editing just now, or has
 * lying about, is not in a package. Returns the time of the commit.
 */
export function writeCommitted(project: string, parts: readonly string[], folder: string): Date {
  mkdirSync(folder, { recursive: true })
  const archive = git(project, ['-c', 'tar.umask=0022', 'archive', '--format=tar', 'HEAD', '--', ...parts])
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  return new Date(Number(git(project, ['log', '-1', '--format=%ct']).toString()) * 1000)
}

/** True when there is something in these parts that is not in the commit. */
export function isEdited(project: string, parts: readonly string[]): boolean {
  return git(project, ['status', '--porcelain', '--', ...parts]).length > 0
}

function git(project: string, args: readonly string[]): Buffer {
  return execFileSync('git', args, { cwd: project, maxBuffer: 256 << 20 })
}
