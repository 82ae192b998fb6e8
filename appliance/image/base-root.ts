import { debianSources } from '../debian/debian-mirror.ts'
import { debianRoot } from '../debian/debian-root.ts'

export const debianRelease = 'bookworm'

/** Why each is in the image. Dependencies come with them; what is only recommended does not. */
const packages = [
  // what starts the machine
  'systemd',
  'systemd-sysv',
  'systemd-boot',
  'udev',
  'kmod',
  'linux-image-amd64',
  'initramfs-tools',
  'zstd',
  // systemd-repart needs it to grow the disk, and says so only when it runs
  'libfdisk1',
  'e2fsprogs',
  'dosfstools',
  // network, names, time
  'iproute2',
  'iputils-ping',
  'nftables',
  'systemd-resolved',
  'systemd-timesyncd',
  'dbus',
  'ca-certificates',
  'tzdata',
  // sound
  'rtpengine-daemon',
  // security updates
  'unattended-upgrades',
  // the person at the console
  'login',
  'sudo',
  'nano-tiny',
  'less',
]

/** Left out of every package, now and when it is updated. Copyright files stay. */
const excluded = [
  '/usr/share/doc/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/lintian/*',
  '/usr/share/man/*',
  // A box has no screen to draw on, no radio, no camera and no loudspeaker.
  ...['gpu', 'media', 'infiniband', 'isdn', 'staging', 'iio', 'net/wireless'].map(
    (drivers) => `/lib/modules/*/kernel/drivers/${drivers}/*`,
  ),
  '/lib/modules/*/kernel/sound/*',
]

const included = ['/usr/share/doc/*/copyright']

/** Debian with all that the image has of it, in a folder that is kept for later builds: to be copied, not changed. */
export function baseRoot(): string {
  return debianRoot({
    name: 'image',
    release: debianRelease,
    packages,
    sources: debianSources(debianRelease),
    options: [
      ...excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
      ...included.map((path) => `--dpkgopt=path-include=${path}`),
    ],
  })
}
