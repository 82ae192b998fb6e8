import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { TransportName } from './hop.ts'

export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/** Who has a port open, as far as `/proc` lets this user see it. Undefined on other systems. */
export function portHolder(transport: TransportName, port: number): PortHolder | undefined {
  const tables = transport === 'udp' ? ['udp', 'udp6'] : ['tcp', 'tcp6']
  const inodes = new Set(tables.flatMap((table) => inodesOfPort(readText(`/proc/net/${table}`), port)))
  return inodes.size > 0 ? processWithSocket(inodes) : undefined
}

/** Rows look like `0: 0100007F:13C4 00000000:0000 0A … uid timeout inode`, the port in hexadecimal. */
function inodesOfPort(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && (fields[3] === '0A' || fields[3] === '07'))
    .flatMap((fields) => fields[9] ?? [])
}

function processWithSocket(inodes: ReadonlySet<string>): PortHolder | undefined {
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of entriesOf(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1]
      if (inode && inodes.has(inode)) return { pid: Number(pid), name: readText(`/proc/${pid}/comm`).trim() }
    }
  }
  return undefined
}

// Processes end while we look and others' descriptors are hidden from us: what cannot be read is not the holder.

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
