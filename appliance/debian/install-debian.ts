import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Program, or the path of a file, and the Debian package that brings it. */
export type DebianPrograms = Readonly<Record<string, string>>

// deb-systemd-invoke and invoke-rc.d ask this file; 101 means "do not start" (policy-rc.d specification).
const policyFile = '/usr/sbin/policy-rc.d'
const lockSeconds = 300

/**
 * True when every program is there, or was brought. `purpose` is who needs them, in a sentence: "the lab". What it does
 * is printed, and what to do when it cannot; services are not started.
 */
export function installDebian(programs: DebianPrograms, purpose: string): boolean {
  const missing = missingPackages(programs)
  if (missing.length === 0) return true
  const words = missing.join(', ')
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`${purpose} needs ${words}; run:\n  sudo apt-get ${install.join(' ')}`)
    return false
  }
  console.log(`${purpose} needs ${words}: installing from Debian`)
  const isPolicyOurs = !existsSync(policyFile)
  if (isPolicyOurs) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    aptGet(['update', '-q'])
    const isDone = aptGet(install)
    const left = missingPackages(programs)
    if (!isDone || left.length > 0) console.error(`apt-get did not bring ${left.join(', ')}`)
    return left.length === 0
  } finally {
    if (isPolicyOurs) rmSync(policyFile, { force: true })
  }
}

/** Another apt-get may be at work: it is waited for. */
function aptGet(words: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = ['-o', `DPkg::Lock::Timeout=${lockSeconds}`]
  const { status } = spawnSync('apt-get', [...options, ...words], { stdio: 'inherit', env })
  return status === 0
}

function missingPackages(programs: DebianPrograms): string[] {
  const missing = Object.entries(programs).filter(([program]) => !isInstalled(program))
  return [...new Set(missing.map(([, name]) => name))]
}

function isInstalled(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false // not in this folder
    }
  })
}
