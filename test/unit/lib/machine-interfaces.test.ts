import { expect, it } from 'vitest'
import { rememberedInterfaces } from '../../../src/lib/machine-interfaces.ts'

it('the interfaces of a machine are those of the last time while the kernel cannot be asked', () => {
  let problem: Error | undefined
  let asked = 0
  const interfaces = rememberedInterfaces(() => {
    if (problem) throw problem
    return { [`eth${asked++}`]: [] }
  })
  expect(interfaces()).toEqual({ eth0: [] })
  problem = Object.assign(new Error('uv_interface_addresses returned EMFILE'), { code: 'ERR_SYSTEM_ERROR' })
  expect(interfaces()).toEqual({ eth0: [] })
  problem = undefined
  expect(interfaces()).toEqual({ eth1: [] })
  problem = new TypeError('a bug')
  expect(interfaces).toThrow('a bug')
})
