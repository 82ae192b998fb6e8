import { expect, it } from 'vitest'
import { oldBytesOf } from '../../../support/old-bytes.ts'

it('a proxied call that is over leaves next to nothing among the old objects', async () => {
  const calls = 3_000
  // 0.3 kB were seen; 10 kB when one closure of a call was made old at once.
  expect((await oldBytesOf('proxied-calls', calls)) / calls).toBeLessThan(2_000)
}, 30_000)
