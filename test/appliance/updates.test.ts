import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApplianceMachine } from './appliance-machine.ts'

const machine = new ApplianceMachine()
const { booted } = machine

beforeAll(() => machine.start())
afterAll(() => machine.stop())

test('an update leaves rtpengine and its calls alone, and the console asks for a restart', async () => {
  const was = await mainPid('rtpengine-daemon')
  expect(await machine.screen()).not.toContain('a restart is needed')
  // As the scripts of its package do.
  await booted.run('deb-systemd-invoke', 'restart', 'rtpengine-daemon.service')
  await booted.run('invoke-rc.d', '--skip-systemd-native', 'rtpengine-daemon', 'restart')
  expect(await mainPid('rtpengine-daemon')).toBe(was)
  expect(await machine.screen()).toContain('a restart is needed')
})

test('an update of anything else starts it again', async () => {
  const was = await mainPid('systemd-resolved')
  await booted.run('deb-systemd-invoke', 'restart', 'systemd-resolved.service')
  expect(await mainPid('systemd-resolved')).not.toBe(was)
})

test('what a power cut has left of an update is gone on with, on a system that is read-only', async () => {
  const control =
    'Package: half\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@localhost>\\nDescription: x\\n'
  await booted.shell(`mkdir -p /tmp/half/DEBIAN && printf '${control}' > /tmp/half/DEBIAN/control`)
  await booted.shell('dpkg-deb --build /tmp/half && dpkg --unpack /tmp/half.deb')
  await booted.run('systemctl', 'stop', 'causeway-read-only')
  // In a container only the mount can be: its data is on the same file system.
  await booted.run('mount', '-o', 'remount,bind,ro', '/')
  await expect(booted.run('touch', '/opt/late')).rejects.toThrow('Read-only file system')
  // As unattended-upgrades does.
  await booted.run('dpkg', '--force-confold', '--configure', '-a')
  expect(await booted.run('dpkg', '--status', 'half')).toContain('Status: install ok installed')
})

async function mainPid(unit: string): Promise<number> {
  const pid = Number(await booted.run('systemctl', 'show', '-P', 'MainPID', unit))
  expect(pid, unit).toBeGreaterThan(0)
  return pid
}
