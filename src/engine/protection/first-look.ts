/** What can be told of a message without reading it. */
export interface FirstLook {
  readonly kind: 'new-request' | 'request-in-dialog' | 'response'
  /** Undefined when there is none, and for what is not a new request. */
  readonly userAgent: string | undefined
}

/** Requests that belong to something the engine knows already, whatever their To. */
const followUp = /^(?:ACK|BYE|CANCEL|PRACK|UPDATE) /
const taggedTo = /\n(?:to|t)[ \t]*:[^\n]*;[ \t]*tag[ \t]*=/i
const userAgentLine = /\nuser-agent[ \t]*:[ \t]*([^\r\n]*)/i

/** Where the fields looked for are found in every message that telephones send. */
const lookedAtBytes = 2_048

const response: FirstLook = { kind: 'response', userAgent: undefined }
const inDialog: FirstLook = { kind: 'request-in-dialog', userAgent: undefined }

/** A glance, not a parse: a sender that is out to deceive can, and gains the limits of another kind by it. */
export function firstLook(data: Buffer): FirstLook {
  const text = data.toString('latin1', 0, Math.min(data.length, lookedAtBytes))
  if (text.startsWith('SIP/2.0 ')) return response
  if (followUp.test(text) || taggedTo.test(text)) return inDialog
  return { kind: 'new-request', userAgent: userAgentLine.exec(text)?.[1] }
}
