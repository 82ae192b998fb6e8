import type { z } from 'zod'

interface NamesAsterisks {
  readonly asterisks: readonly { readonly name: string }[]
  readonly trunks: readonly { readonly asterisk?: string | undefined; readonly line?: string | undefined }[]
  readonly pbxs: readonly {
    readonly asterisk?: string | undefined
    readonly way: string
    readonly phoneGroups: readonly { readonly way?: string | undefined }[]
  }[]
}

/**
 * A trunk or PBX that is an Asterisk must name one that is there; only such a trunk has a line to watch, and only such a
 * PBX tells where its phones are.
 */
export function checkAsteriskNames(
  { asterisks, trunks, pbxs }: NamesAsterisks,
  context: z.core.$RefinementCtx,
): void {
  const known = asterisks.map(({ name }) => name)
  for (const [section, entries] of Object.entries({ trunks, pbxs })) {
    for (const [index, { asterisk }] of entries.entries()) {
      if (asterisk === undefined || known.includes(asterisk)) continue
      const message = `"asterisks" has no "${asterisk}"${known.length > 0 ? `, but ${known.join(', ')}` : ''}`
      context.addIssue({ code: 'custom', path: [section, index, 'asterisk'], message })
    }
  }
  for (const [index, { asterisk, way, phoneGroups }] of pbxs.entries()) {
    const isMirrored = [way, ...phoneGroups.map((group) => group.way)].includes('mirror')
    if (!isMirrored || asterisk !== undefined) continue
    const message =
      'phones by way of "mirror" are known from an Asterisk, and the PBX names none by "asterisk"'
    context.addIssue({ code: 'custom', path: ['pbxs', index, 'asterisk'], message })
  }
  for (const [index, { asterisk, line }] of trunks.entries()) {
    if (line === undefined || asterisk !== undefined) continue
    const message = 'is a line of an Asterisk, and the trunk names none by "asterisk"'
    context.addIssue({ code: 'custom', path: ['trunks', index, 'line'], message })
  }
}
