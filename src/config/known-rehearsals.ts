import type { z } from 'zod'

interface NamesPhoneGroups {
  readonly pbxs: readonly {
    readonly name: string
    readonly phoneGroups: readonly { readonly name: string }[]
  }[]
  readonly survival: {
    readonly rehearsals: readonly { readonly pbx?: string | undefined; readonly group?: string | undefined }[]
  }
}

/** A rehearsal that comes again must name a PBX and a phone group that are there: nobody is watching when it is due. */
export function checkRehearsals({ pbxs, survival }: NamesPhoneGroups, context: z.core.$RefinementCtx): void {
  for (const [index, { pbx, group }] of survival.rehearsals.entries()) {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['survival', 'rehearsals', index, key], message })
    const meant = pbx === undefined ? pbxs : pbxs.filter(({ name }) => name === pbx)
    const [found, another] = meant
    if (!found) complain('pbx', pbx === undefined ? '"pbxs" has none' : `"pbxs" has no "${pbx}"`)
    else if (another) complain('pbx', `which one of ${meant.map(({ name }) => name).join(', ')}?`)
    else if (group !== undefined && found.phoneGroups.every(({ name }) => name !== group))
      complain('group', `the PBX ${found.name} has no phone group "${group}"`)
  }
}
