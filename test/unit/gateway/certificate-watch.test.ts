import { describe, expect, it } from 'vitest'
import type { CertificateText } from '../../../src/config/certificate-files.ts'
import { CertificateWatch } from '../../../src/gateway/certificate-watch.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { type LogFields, silentLog } from '../../../src/lib/log.ts'

const first: CertificateText = { cert: 'first', key: 'k' }
const second: CertificateText = { cert: 'second', key: 'k' }

function watched() {
  const used: string[] = []
  const warnings: unknown[] = []
  const clock = new FakeClock()
  const disk: { now: CertificateText | Error; isUseless: boolean } = { now: first, isUseless: false }
  const watch = new CertificateWatch(
    {
      files: {
        read: () => {
          if (disk.now instanceof Error) throw disk.now
          return disk.now
        },
      },
      use: ({ cert }) => {
        if (disk.isUseless) throw new Error('key values mismatch')
        used.push(cert)
      },
      clock,
      log: { ...silentLog, warn: (fields: LogFields) => warnings.push(fields.why) },
    },
    first,
  )
  return { watch, clock, disk, used, warnings }
}

describe('the certificate on disk', () => {
  it('is put to use once it is another', async () => {
    const { watch, clock, disk, used } = watched()
    await watch.start()
    clock.advance(60_000)
    expect(used).toEqual([])
    disk.now = second
    clock.advance(60_000)
    expect(used).toEqual(['second'])
    await watch.stop()
    disk.now = first
    clock.advance(60_000)
    expect(used).toEqual(['second'])
  })

  it('is looked at when that is asked for', () => {
    const { watch, disk, used } = watched()
    disk.now = second
    watch.look()
    expect(used).toEqual(['second'])
  })

  it('changes nothing when it is of no use, and is complained of once', () => {
    const { watch, disk, used, warnings } = watched()
    disk.now = new Error('no such file')
    watch.look()
    watch.look()
    disk.now = second
    disk.isUseless = true
    watch.look()
    watch.look()
    expect(used).toEqual([])
    expect(warnings).toEqual(['no such file', 'key values mismatch'])
    disk.isUseless = false
    disk.now = { ...second, key: 'of its own' }
    watch.look()
    expect(used).toEqual(['second'])
  })
})
