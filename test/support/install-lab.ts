import { pathToFileURL } from 'node:url'
import { asteriskRoot } from './asterisk-root.ts'
import { installDebian } from './install-debian.ts'

/**
 * True when the programs of the lab are there, or were brought. An Asterisk that cannot be had is said here, and fails
 * the tests that want it, not the others.
 */
export function installLab(): boolean {
  if (!installDebian()) return false
  try {
    asteriskRoot()
  } catch (error) {
    console.error(error)
  }
  return true
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !installLab()) process.exitCode = 1
