import { pathToFileURL } from 'node:url'
import { installDebian } from '../../appliance/debian/install-debian.ts'
import { asteriskRoot } from './asterisk-root.ts'
import { labPrograms } from './lab-programs.ts'

/**
 * True when the programs of the lab are there, or were brought. An Asterisk that cannot be had is said here, and fails
 * the tests that want it, not the others.
 */
export function installLab(): boolean {
  if (!installDebian(labPrograms, 'the lab')) return false
  try {
    asteriskRoot()
  } catch (error) {
    console.error(error)
  }
  return true
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !installLab()) process.exitCode = 1
