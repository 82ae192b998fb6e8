import { describe, expect, it } from 'vitest'
import type { CallPath } from '../../../src/domain/call-record.ts'
import { statedCaller } from '../../../src/edge/admission/stated-caller.ts'
import { WishPrefixes } from '../../../src/edge/admission/wish-prefixes.ts'
import { FakeInvite } from '../../support/fake-sip-stack.ts'

const rules = {
  callerOf: () => ({ from: 'sip:+4989@carrier.example', asserted: 'tel:+4989', withholdsNumber: false }),
  wishes: new WishPrefixes({ withholdPrefix: '*31#', showPrefix: '#31#' }, () => false),
}

function stated(
  source: CallPath,
  headers: Record<string, string> = {},
  requestUri = 'sip:030123@site-a.example',
  callerIsAuthenticated = true,
) {
  const invite = new FakeInvite('INVITE', { uri: requestUri, headers })
  const spoken = {
    source,
    label: 'x',
    callerIsAuthenticated,
    from: 'sip:201@site-a.example',
    displayName: 'Anna',
    requestUri,
  }
  return statedCaller(invite, spoken, rules)
}

describe('what an INVITE says of its caller', () => {
  it.each<[string, string, boolean | undefined]>([
    ['sip:*31%23030123@site-a.example', 'sip:030123@site-a.example', true],
    ['sip:*31#030123@site-a.example;user=phone', 'sip:030123@site-a.example;user=phone', true],
    ['sip:%2A31%23030123@site-a.example', 'sip:030123@site-a.example', true],
    ['sip:%2331%23030123@site-a.example', 'sip:030123@site-a.example', false],
    ['tel:*31%23030123;phone-context=+49', 'tel:030123;phone-context=+49', true],
    ['sip:*31%23@site-a.example', 'sip:*31%23@site-a.example', undefined],
    ['sip:030123@site-a.example', 'sip:030123@site-a.example', undefined],
  ])('dialling %s calls %s and withholds the number: %s', (dialled, requestUri, withholdsNumber) => {
    expect(stated('phone', {}, dialled)).toMatchObject({
      requestUri,
      ...(withholdsNumber !== undefined && { withholdsNumber }),
    })
    expect(stated('phone', {}, dialled).withholdsNumber).toBe(withholdsNumber)
  })

  it('leaves what is dialled to the PBX that will check the phone', () => {
    const dialled = 'sip:*31%23030123@pbx.example'
    expect(stated('phone', {}, dialled, false)).toEqual({
      from: 'sip:201@site-a.example',
      displayName: 'Anna',
      requestUri: dialled,
    })
  })

  it.each([
    ['id', true],
    ['user;critical', true],
    ['none', false],
    ['critical', undefined],
  ])('with "Privacy: %s" withholds the number: %s', (privacy, withholdsNumber) => {
    expect(stated('phone', { privacy }).withholdsNumber).toBe(withholdsNumber)
  })

  it.each<[CallPath, string | undefined]>([
    ['phone', undefined],
    ['domain', undefined],
    ['pbx', '<sip:+4930@pbx.example>'],
    ['overlay', '<sip:+4930@pbx.example>'],
  ])('is an assertion when it comes from %s: %s', (source, asserted) => {
    const headers = { 'p-asserted-identity': '<sip:+4930@pbx.example>' }
    expect(stated(source, headers).assertedFrom).toBe(asserted)
  })

  it('is from a trunk what the trunk says', () => {
    expect(stated('trunk')).toMatchObject({
      from: 'sip:+4989@carrier.example',
      displayName: 'Anna',
      assertedFrom: 'tel:+4989',
      withholdsNumber: false,
    })
    const hidden = { from: 'sip:anonymous@anonymous.invalid', asserted: undefined, withholdsNumber: true }
    const invite = new FakeInvite('INVITE', {})
    const spoken = {
      source: 'trunk',
      label: 'x',
      callerIsAuthenticated: false,
      from: '',
      displayName: 'Bob',
      requestUri: 'tel:+49',
    } as const
    expect(statedCaller(invite, spoken, { ...rules, callerOf: () => hidden }).displayName).toBe('Anonymous')
  })
})
