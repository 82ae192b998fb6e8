import { expect, it } from 'vitest'
import { isPrivate } from '../../../src/lib/private-address.ts'

it.each([
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.5',
  '100.64.3.2',
  '169.254.0.9',
  '127.0.0.1',
  'fd00::5',
  'FD00::5',
  'fe80::1%eth0',
  '::1',
])('%s means different hosts in different networks', (address) => {
  expect(isPrivate(address)).toBe(true)
})

it.each(['172.32.0.1', '100.128.0.1', '192.0.2.1', '2001:db8::1', 'fd.example.net', '10.example.net', ''])(
  '%s does not',
  (address) => {
    expect(isPrivate(address)).toBe(false)
  },
)
