import { debianSources } from '../../appliance/debian/debian-mirror.ts'
import { debianRoot } from '../../appliance/debian/debian-root.ts'

/** A bookworm of nothing but systemd and what the package depends on; 20 s and 220 MB, once. */
export function cleanDebianRoot(): string {
  return debianRoot({
    name: 'clean-bookworm',
    release: 'bookworm',
    packages: ['systemd', 'systemd-sysv', 'dbus', 'libstdc++6', 'iproute2', 'procps'],
    sources: debianSources('bookworm'),
  })
}
