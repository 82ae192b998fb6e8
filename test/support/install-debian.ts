import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Program that the lab runs, or a file that it needs, and the Debian package that brings it. */
const packageOf: Readonly<Record<string, string>> = {
  sipp: 'sip-tester',
  kamailio: 'kamailio',
  '/etc/kamailio/tls.cfg': 'kamailio-tls-modules',
  rtpengine: 'rtpengine-daemon',
  knotd: 'knot',
  kdig: 'knot-dnsutils',
  baresip: 'baresip-core',
  sipsak: 'sipsak',
  stunnel4: 'stunnel4',
  chromium: 'chromium',
  ip: 'iproute2',
  iptables: 'iptables',
  unshare: 'util-linux',
  faketime: 'faketime',
  mmdebstrap: 'mmdebstrap',
}

// deb-systemd-invoke and invoke-rc.d ask this file; 101 means "do not start" (policy-rc.d specification).
const policyFile = '/usr/sbin/policy-rc.d'

export function missingPackages(): string[] {
  const missing = Object.entries(packageOf).filter(([program]) => !isInstalled(program))
  return [...new Set(missing.map(([, name]) => name))]
}

/** True when everything is there, or was brought. What it does is printed; services are not started. */
export function installDebian(): boolean {
  const missing = missingPackages()
  if (missing.length === 0) return true
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`the lab needs ${missing.join(', ')}; run:\n  sudo ${install.join(' ')}`)
    return false
  }
  console.log(`the lab needs ${missing.join(', ')}: installing from Debian`)
  const isPolicyOurs = !existsSync(policyFile)
  if (isPolicyOurs) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit', env })
    const [program = '', ...args] = install
    const { status } = spawnSync(program, args, { stdio: 'inherit', env })
    const left = missingPackages()
    if (status !== 0 || left.length > 0) console.error(`apt-get did not bring ${left.join(', ')}`)
    return status === 0 && left.length === 0
  } finally {
    if (isPolicyOurs) rmSync(policyFile)
  }
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !installDebian()) process.exitCode = 1
