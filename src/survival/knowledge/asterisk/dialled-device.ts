/** One device out of `PJSIP/201&SIP/202/…`: `PJSIP/201`, or the extension that a Local channel dials. */
export type DialledDevice =
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'extension'; readonly user: string; readonly context: string | undefined }

/** Undefined for what is no phone of the PBX: variables, lines, Agent/… */
export function readDialledDevice(text: string): DialledDevice | undefined {
  const local = /^Local\/([\w+*#.-]+)(?:@([\w-]+))?(?:\/\w+)?$/i.exec(text.trim())
  if (local?.[1]) return { kind: 'extension', user: local[1], context: local[2] }
  const contacts = /^\$\{PJSIP_DIAL_CONTACTS\(([\w.-]+)\)\}$/i.exec(text.trim())
  if (contacts?.[1]) return { kind: 'device', name: `PJSIP/${contacts[1]}` }
  // Behind another slash is a number that the device is to dial: then it is a line.
  const device = /^(PJSIP|SIP)\/([\w.+-]+)$/i.exec(text.trim())
  return device?.[1] && device[2]
    ? { kind: 'device', name: `${device[1].toUpperCase()}/${device[2]}` }
    : undefined
}
