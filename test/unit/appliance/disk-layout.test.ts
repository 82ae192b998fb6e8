import { expect, test } from 'vitest'
import { dataPartition, diskMiB, partitions, sfdiskScript } from '../../../appliance/image/disk-layout.ts'

test('partitions follow each other, and the one that grows is the last', () => {
  const [first, ...others] = partitions
  expect(first?.startMiB).toBe(1)
  let end = (first?.startMiB ?? 0) + (first?.sizeMiB ?? 0)
  for (const { label, startMiB, sizeMiB } of others) {
    expect(startMiB, label).toBe(end)
    end += sizeMiB
  }
  expect(partitions.at(-1)).toBe(dataPartition)
  // The second partition table needs 33 sectors behind the last partition.
  expect(diskMiB).toBeGreaterThan(end)
})

test('systemd-repart finds one partition of the type that it grows', () => {
  expect(partitions.filter(({ type }) => type === dataPartition.type)).toEqual([dataPartition])
})

test('an image fits on a disk of 8 GB', () => {
  expect(diskMiB * 1024 * 1024).toBeLessThan(8e9)
})

test('names and ids are all different, and sfdisk is told them', () => {
  const script = sfdiskScript()
  expect(new Set(partitions.map(({ id }) => id)).size).toBe(partitions.length)
  for (const { label, id } of partitions)
    expect(script).toMatch(new RegExp(`uuid=${id}, name=${label}$`, 'm'))
})
