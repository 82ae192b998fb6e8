/** What the box understands, inside a call or outside (Allow, RFC 3261 §20.5). */
export const allowed =
  'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO, REFER, SUBSCRIBE, NOTIFY, UPDATE, PRACK, REGISTER'
