import { expect, it, test } from 'vitest'
import { callerOffer } from '../../../src/edge/legs/caller-offer.ts'
import { readMultipart, withAttached } from '../../../src/edge/legs/multipart-body.ts'

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n'
const location = { type: 'application/pidf+xml', id: 'a@box', body: '<presence>\r\n--x\r\n</presence>\r\n' }

function message(contentType: string | undefined, body: string) {
  return { body, header: () => contentType, headers: () => [contentType ?? ''] }
}

it('what is attached is read again as it was', () => {
  const { body, headers } = withAttached(sdp, [location])
  const contentType = String(headers['Content-Type'])
  expect(contentType).toMatch(/^multipart\/mixed;boundary="[^"]+"$/)
  expect(body).toContain('Content-ID: <a@box>\r\n')
  expect(readMultipart(contentType, body)).toEqual(
    new Map([
      ['application/sdp', sdp],
      ['application/pidf+xml', location.body],
    ]),
  )
})

it('a body without attachment stays one, and so does none', () => {
  expect(withAttached(sdp, [])).toEqual({ body: sdp, headers: {} })
  expect(withAttached('', [location])).toEqual({ body: '', headers: {} })
})

const foreign =
  'preamble\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b1\r\n' +
  'content-type:application/pidf+xml;charset=utf-8\r\nContent-ID: <x>\r\n\r\n<a/>\r\n--b1--\r\nepilogue'

test.each([
  ['a quoted boundary', 'multipart/mixed; boundary="b1"', 'v=0\r\n', '<a/>'],
  ['a bare one', 'Multipart/Mixed;type=x;boundary=b1', 'v=0\r\n', '<a/>'],
  ['no boundary', 'multipart/mixed', undefined, undefined],
  ['another boundary', 'multipart/mixed;boundary=b2', undefined, undefined],
  ['another type', 'application/sdp', undefined, undefined],
])("a stranger's body with %s", (_, contentType, description, document) => {
  const parts = readMultipart(contentType, foreign)
  expect([parts.get('application/sdp'), parts.get('application/pidf+xml')]).toEqual([description, document])
})

test.each([
  ['that ends early', '--b1'],
  ['of delimiters only', '--b1\r\n'.repeat(2_000)],
  ['of an empty part', '--b1\r\n\r\n--b1--'],
  ['without line breaks', '--b1Content-Type: application/sdp'],
])('a body %s does no harm', (_, body) => {
  expect(readMultipart('multipart/mixed;boundary=b1', body).get('application/sdp')).toBeUndefined()
})

it('only a body that tells a location is taken apart', () => {
  const multipart = message('multipart/mixed;boundary=b1', foreign)
  expect(callerOffer(multipart)).toEqual({ sdp: 'v=0\r\n', locationDocument: '<a/>' })
  const plain = message('application/sdp', sdp)
  expect(callerOffer(plain)).toEqual({ sdp, locationDocument: undefined })
  const other = message('multipart/mixed;boundary=b1', foreign.replace('pidf+xml', 'isup'))
  expect(callerOffer(other)).toEqual({ sdp: other.body, locationDocument: undefined })
})
