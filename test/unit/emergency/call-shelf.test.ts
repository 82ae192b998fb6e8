import { expect, it } from 'vitest'
import { CallShelf } from '../../../src/emergency/call-shelf.ts'
import { silentLog } from '../../../src/lib/log.ts'

it('calls that are to be kept just as others have been written are written too', async () => {
  for (let turns = 0; turns < 20; turns++) {
    const written: string[] = []
    const values = {
      get: async () => undefined,
      set: async (_: string, bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()),
    }
    const shelf = new CallShelf(values, silentLog)
    shelf.keep([])
    for (let turn = 0; turn < turns; turn++) await null
    shelf.keep([{ id: 'later' } as never])
    await shelf.settled()
    expect(written.at(-1)).toContain('later')
  }
})
