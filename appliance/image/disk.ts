import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  bootPartition,
  dataPartition,
  diskMiB,
  type Partition,
  sfdiskScript,
  systemA,
} from './disk-layout.ts'

const bytesPerMiB = 1024 * 1024

/**
 * Writes the file `image`, a disk with the system of the folder `root` on it: sparse, and without a loop device or a
 * mount. Its folders `efi` and `data` go to partitions of their own; they are away while this runs, and then back.
 */
export function writeDisk(image: string, root: string): void {
  rmSync(image, { force: true })
  writeFileSync(image, '')
  truncateSync(image, diskMiB * bytesPerMiB)
  run('sfdisk', ['--quiet', image], sfdiskScript())
  withEmpty(join(root, 'efi'), (boot) =>
    withEmpty(join(root, 'data'), (data) => {
      writeExt4(image, systemA, root)
      writeExt4(image, dataPartition, data)
      writeVfat(image, bootPartition, boot)
    }),
  )
}

/** While `use` runs, the folder is empty, and what was in it is in the one that `use` is given. */
function withEmpty(folder: string, use: (moved: string) => void): void {
  const moved = `${dirname(folder)}.${basename(folder)}`
  rmSync(moved, { recursive: true, force: true })
  renameSync(folder, moved)
  mkdirSync(folder)
  try {
    use(moved)
  } finally {
    rmdirSync(folder)
    renameSync(moved, folder)
  }
}

function writeExt4(image: string, { label, id, startMiB, sizeMiB }: Partition, content: string): void {
  const place = `offset=${startMiB * bytesPerMiB},hash_seed=${id}`
  const options = ['-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '1', '-L', label.slice(0, 16), '-U', id]
  run('mke2fs', [...options, '-E', place, '-d', content, image, `${sizeMiB}M`])
}

function writeVfat(image: string, { id, startMiB, sizeMiB }: Partition, content: string): void {
  const sectorsPerMiB = 2048
  const serial = id.slice(-8)
  const offset = ['--offset', String(startMiB * sectorsPerMiB)]
  run('mkfs.vfat', ['-F', '32', '-n', 'CAUSEWAY', '-i', serial, ...offset, image, String(sizeMiB * 1024)])
  const entries = readdirSync(content).map((name) => join(content, name))
  run('mcopy', ['-s', '-Q', '-i', `${image}@@${startMiB}M`, ...entries, '::'])
}

function run(program: string, args: readonly string[], input = ''): void {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '1' }
  execFileSync(program, args, { input, env, stdio: ['pipe', 'ignore', 'inherit'], timeout: 10 * 60_000 })
}
