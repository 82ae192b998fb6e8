import { expect, it } from 'vitest'
import { neededGlibc } from '../../../appliance/package/glibc-version.ts'

it('the newest symbol version that a program asks for, counted as numbers', () => {
  const program = Buffer.from('\0GLIBC_2.4\0GLIBC_2.28\0GLIBC_2.17\0GLIBC_2.2.5\0GLIBCXX_3.4.99\0', 'latin1')
  expect(neededGlibc(program)).toBe('2.28')
  expect(neededGlibc(Buffer.from('GLIBC_PRIVATE'))).toBeUndefined()
})
