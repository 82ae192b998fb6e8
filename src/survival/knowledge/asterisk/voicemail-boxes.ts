import type { ConfSection } from './conf-section.ts'

/** Names of the owners by mailbox (`201@default`), from `voicemail.conf`. PINs and addresses stay where they are. */
export function voicemailBoxes(sections: readonly ConfSection[]): ReadonlyMap<string, string> {
  const boxes = new Map<string, string>()
  for (const { name: context, isTemplate, lines } of sections) {
    if (isTemplate || context === 'general' || context === 'zonemessages') continue
    for (const [mailbox, value] of lines) {
      // 201 => 1234,Anna Meier,anna@example.com,,options
      const [, owner = ''] = value.split(',')
      if (/^\d+$/.test(mailbox)) boxes.set(`${mailbox}@${context}`, owner.trim())
    }
  }
  return boxes
}
