import { expect, it } from 'vitest'
import { grantedSeconds } from '../../../src/domain/granted-expiry.ts'
import { response } from '../../support/fake-network.ts'

const ours = 'sip:acc@192.0.2.1:5070;transport=udp'
const front = 'sip:101@192.0.2.1:5060;transport=udp;phone=aaaaaaaaaaaa'

it.each<[what: string, contact: string, headers: Record<string, string>, seconds: number | undefined]>([
  ['its own', ours, { contact: '<sip:acc@h>;expires=9, <sip:acc@192.0.2.1:5070>;expires=120' }, 120],
  ['that of the Expires header', ours, { contact: `<${ours}>`, expires: '90' }, 90],
  ['that of the Expires header, without contacts', ours, { expires: '90' }, 90],
  ['nothing said', ours, {}, undefined],
  ['a contact with the address of the SBC', ours, { contact: '<sip:acc@198.51.100.9:31000>;expires=60' }, 60],
  ['which is more than the header knows', ours, { contact: '<sip:acc@sbc>;expires=60', expires: '3600' }, 60],
  ['the least of several', ours, { contact: '<sip:acc@a>;expires=60, <sip:acc@b>;expires=40' }, 40],
  ['none that is taken back', ours, { contact: '<sip:acc@a>;expires=60, <sip:acc@b>;expires=0' }, 60],
  ['not that of another user', ours, { contact: '<sip:x@a>;expires=40, <sip:acc@b>;expires=60' }, 60],
  ['the only contact, whatever its user', ours, { contact: '<sip:b2b-77@sbc>;expires=50' }, 50],
  ['none of several strangers', ours, { contact: '<sip:x@a>;expires=40, <sip:y@a>;expires=50' }, undefined],
  [
    'of the phones behind one address that of the phone',
    front,
    { contact: '<sip:101@sbc;phone=bbbbbbbbbbbb>;expires=20, <sip:101@sbc;phone=aaaaaaaaaaaa>;expires=300' },
    300,
  ],
  [
    'never that of another phone',
    front,
    { contact: '<sip:101@192.0.2.1:5060;phone=bbbbbbbbbbbb>;expires=20' },
    undefined,
  ],
])('granted is %s', (_what, contact, headers, seconds) => {
  expect(grantedSeconds(response(200, headers), contact)).toBe(seconds)
})
