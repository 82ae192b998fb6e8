/** One partition of the disk. The ids are fixed, so that every build of every version has the same ones. */
export interface Partition {
  readonly label: string
  /** What it is for, in GPT's terms. */
  readonly type: string
  /** Of the partition, and of the file system in it. */
  readonly id: string
  readonly startMiB: number
  readonly sizeMiB: number
}

const types = {
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  // Root of a system for x86-64 (Discoverable Partitions Specification).
  system: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  // "Linux generic": systemd-repart grows the only one of this type (appliance/root/usr/lib/repart.d).
  data: '0fc63daf-8483-4772-8e79-3d69d8477de4',
}

const diskId = '6d2b1f0e-5c0c-4a5e-9a5e-8c6f5b2e7a00'

/** Kernels of both systems, and the loader. */
export const bootPartition = partition('causeway-boot', types.efiSystem, 1, 1, 512)
/** What is started. */
export const systemA = partition('causeway-system-a', types.system, 2, 513, 2048)
/** Empty: for a later version beside the running one. */
export const systemB = partition('causeway-system-b', types.system, 3, 2561, 2048)
/** The box's own; last on the disk, so that it can grow. */
export const dataPartition = partition('causeway-data', types.data, 4, 4609, 1024)

export const partitions: readonly Partition[] = [bootPartition, systemA, systemB, dataPartition]

/** Size of the image: what the partitions take, and the second partition table behind them. */
export const diskMiB = dataPartition.startMiB + dataPartition.sizeMiB + 1

/** The layout as sfdisk reads it. */
export function sfdiskScript(): string {
  const lines = partitions.map(
    ({ label, type, id, startMiB, sizeMiB }) =>
      `start=${startMiB}MiB, size=${sizeMiB}MiB, type=${type}, uuid=${id}, name=${label}`,
  )
  return ['label: gpt', `label-id: ${diskId}`, ...lines, ''].join('\n')
}

function partition(label: string, type: string, index: number, startMiB: number, sizeMiB: number): Partition {
  return { label, type, id: `${diskId.slice(0, -1)}${index}`, startMiB, sizeMiB }
}
