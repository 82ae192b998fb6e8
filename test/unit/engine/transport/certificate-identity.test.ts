import { describe, expect, it } from 'vitest'
import { sipDomainsOf } from '../../../../src/engine/transport/certificate-identity.ts'

const subject = { C: '', ST: '', L: '', O: '', OU: '', CN: 'old.example.org' }

describe('the SIP domains of a certificate (RFC 5922 §7.1)', () => {
  it.each([
    ['DNS names', 'DNS:sip.example.org, DNS:Example.Org', ['sip.example.org', 'example.org']],
    ['SIP URIs', 'URI:sip:example.org, DNS:a.example.org', ['example.org', 'a.example.org']],
    ['SIP URIs with port or parameters', 'URI:sip:example.org:5061;transport=tls', ['example.org']],
    ['no user', 'URI:sip:alice@example.org', []],
    ['no other scheme', 'URI:sips:example.org, URI:https://example.org', []],
    ['no wildcard as a name to be matched', 'DNS:*.example.org', ['*.example.org']],
    ['no address', 'IP Address:192.0.2.1', []],
  ])('are %s', (_, subjectaltname, domains) => {
    expect(sipDomainsOf({ subject, subjectaltname })).toEqual(domains)
  })

  it('are the common name only when there are no alternative names', () => {
    expect(sipDomainsOf({ subject, subjectaltname: undefined })).toEqual(['old.example.org'])
  })
})
