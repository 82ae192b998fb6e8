import type { LegPolicy } from '../../domain/leg-policy.ts'
import type { SipHeaders, SipMessageView } from '../../domain/sip.ts'

type Rule = Pick<LegPolicy, 'reliableProvisionals'> | undefined

/** Option tags in a header such as Supported or Require (RFC 3261 §19.2), in small letters. */
export function optionsIn(message: SipMessageView, header: string): readonly string[] {
  return tagsAsWritten(message, header).map((tag) => tag.toLowerCase())
}

/** What a caller requires and the box does not do, in its own words; empty when it may be served (RFC 3261 §8.2.2.3). */
export function requiredInVain(invite: SipMessageView, rule?: Rule): readonly string[] {
  const understood = rule?.reliableProvisionals === 'never' ? ['timer'] : ['timer', '100rel']
  return tagsAsWritten(invite, 'Require').filter((tag) => !understood.includes(tag.toLowerCase()))
}

/** What an INVITE of ours says about extensions. Phones are not asked for reliable provisional responses. */
export function offeredExtensions(rule: Rule): SipHeaders {
  switch (rule?.reliableProvisionals ?? 'never') {
    case 'required':
      return { Supported: 'timer, 100rel', Require: '100rel' }
    case 'supported':
      return { Supported: 'timer, 100rel' }
    case 'never':
      return { Supported: 'timer' }
  }
}

/** Whether the caller's provisional responses go out reliably though it does not require that (RFC 3262 §3). */
export function wantsReliable(invite: SipMessageView, rule: Rule): boolean {
  return rule?.reliableProvisionals === 'required' && optionsIn(invite, 'Supported').includes('100rel')
}

function tagsAsWritten(message: SipMessageView, header: string): readonly string[] {
  return message
    .headers(header)
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}
