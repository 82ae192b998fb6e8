import type { ConfSection } from './conf-section.ts'

/** The files of an Asterisk that say who is there; undefined when it has none, or does not tell. */
export interface AsteriskConfig {
  readonly pjsip: readonly ConfSection[] | undefined
  readonly sip: readonly ConfSection[] | undefined
  readonly queues: readonly ConfSection[] | undefined
  readonly voicemail: readonly ConfSection[] | undefined
  readonly extensions: readonly ConfSection[] | undefined
  /** What could not be read, a sentence each. */
  readonly unread: readonly string[]
}

export type AsteriskConfigName = Exclude<keyof AsteriskConfig, 'unread'>

/** The file itself, or those that FreePBX writes and includes, for where the file itself cannot be had. */
export const asteriskConfigFiles: Readonly<
  Record<AsteriskConfigName, { readonly file: string; readonly parts: readonly string[] }>
> = {
  pjsip: {
    file: 'pjsip.conf',
    parts: [
      'pjsip.endpoint.conf',
      'pjsip.endpoint_custom.conf',
      'pjsip.auth.conf',
      'pjsip.auth_custom.conf',
      'pjsip.aor.conf',
      'pjsip.aor_custom.conf',
    ],
  },
  sip: { file: 'sip.conf', parts: ['sip_additional.conf', 'sip_custom.conf'] },
  queues: { file: 'queues.conf', parts: ['queues_additional.conf', 'queues_custom.conf'] },
  voicemail: { file: 'voicemail.conf', parts: [] },
  extensions: { file: 'extensions.conf', parts: ['extensions_additional.conf', 'extensions_custom.conf'] },
}
