import { describe, expect, it } from 'vitest'
import { readContacts } from '../../../src/domain/contact-header.ts'

function brief(...lines: string[]): string[] {
  return readContacts(lines).map(({ uri, parameters }) =>
    [uri, ...[...parameters].map((p) => p.join('='))].join(' '),
  )
}

describe('Contact header lines', () => {
  it.each([
    [['<sip:a@h;transport=tcp>;q=0.5;Expires=60'], ['sip:a@h;transport=tcp q=0.5 expires=60']],
    [['sip:a@h;expires=60'], ['sip:a@h expires=60']],
    [
      ['"A, <b>; c" <sip:a@h?x=1,2>;+sip.instance="<urn:uuid:1,2>", <sip:b@h>'],
      ['sip:a@h?x=1,2 +sip.instance=<urn:uuid:1,2>', 'sip:b@h'],
    ],
    [
      ['A B <sip:a@h>', '<sip:b@h>;flag'],
      ['sip:a@h', 'sip:b@h flag='],
    ],
    [['*'], ['*']],
    [[], []],
  ])('%j', (lines, contacts) => {
    expect(brief(...lines)).toEqual(contacts)
  })
})
