import type { BootedRoot } from '../support/booted-root.ts'

// What any package leaves by being installed, and a running system by itself.
const others = [
  '/var/log/(journal|private|dpkg\\.log|alternatives\\.log|lastlog|faillog|wtmp|btmp|apt/)',
  '/var/cache/(apt|debconf|ldconfig|private)\\b',
  '/var/lib/dpkg/(status|available|lock|triggers|info)',
  '/var/lib/systemd/(timers|random-seed|catalog)',
  '/etc/(passwd|group|shadow|gshadow)-',
  '/etc/\\.pwd\\.lock',
]

/** Every file of a root with its rights and owner, and what is in those below /etc; without what is not on the disk. */
export async function fileList(booted: BootedRoot): Promise<readonly string[]> {
  const files = await booted.shell(
    "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /tmp -o -path /var/tmp \\) -prune -o -printf '%p %y %M %u:%g %l\\n'",
  )
  const sums = await booted.shell('find /etc -type f -exec md5sum {} +')
  const isOthers = new RegExp(`(^| )(${others.join('|')})`)
  return `${files}${sums}`
    .split('\n')
    .filter((line) => line !== '' && !isOthers.test(line))
    .sort()
}

/** Lines of `after` that are not in `before`, and the reverse. */
export function fileChanges(before: readonly string[], after: readonly string[]) {
  const [was, is] = [new Set(before), new Set(after)]
  return { came: after.filter((line) => !was.has(line)), went: before.filter((line) => !is.has(line)) }
}
