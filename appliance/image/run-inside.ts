import { spawnSync } from 'node:child_process'

const mostMs = 10 * 60_000

// In name spaces of its own, so that what is mounted goes away with it, and what is started ends with it.
const enter = `
set -e
root=$1 shown=$2
shift 2
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind -o ro "$shown" "$root/mnt"
# Where the root's own /etc/resolv.conf leads to.
mkdir -p "$root/run/systemd/resolve"
cat /etc/resolv.conf > "$root/run/systemd/resolve/stub-resolv.conf"
exec chroot "$root" "$@"
`

/**
 * Runs a command inside a Debian root, as its root, with this machine's network; `shown`, a folder of this machine, is
 * /mnt there. What it says goes to the terminal. Throws when it fails, or takes longer than ten minutes.
 */
export function runInside(root: string, shown: string, command: readonly string[]): void {
  const spaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  const { status, signal, error } = spawnSync(
    'unshare',
    [...spaces, 'sh', '-c', enter, 'sh', root, shown, ...command],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: mostMs,
      env: {
        ...process.env,
        DEBIAN_FRONTEND: 'noninteractive',
        LC_ALL: 'C',
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      },
    },
  )
  if (status !== 0)
    throw new Error(`${command.join(' ')} failed inside ${root}: ${error?.message ?? signal ?? status}`)
}
