import type { Imported } from '../survival/knowledge/known-pbxs.ts'
import type { Readiness } from '../survival/knowledge/readiness.ts'

/** What an operator asks to be imported. */
export interface ImportRequest {
  readonly pbx: string
  readonly isDryRun: boolean
  readonly isForced: boolean
  readonly from: /** Asked over AMI. */
    | { readonly kind: 'asterisk' }
    /** Texts of its config files by name. */
    | { readonly kind: 'files'; readonly files: Readonly<Record<string, string>> }
    | { readonly kind: 'csv'; readonly text: string }
}

export type ImportAnswer =
  | { readonly kind: 'done'; readonly imported: Imported }
  /** Nothing has changed; a sentence each. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'away'; readonly text: string }

/** What the box knows of the PBXs' extensions beforehand. */
export interface ExtensionsView {
  /** Of each PBX, what would work now if it were gone. */
  readiness(): readonly Readiness[]
  import(request: ImportRequest): Promise<ImportAnswer>
}

/** Of a box that stands beside no PBX. */
export const noExtensions: ExtensionsView = {
  readiness: () => [],
  import: async ({ pbx }) => ({ kind: 'unknown', text: `there is no PBX "${pbx}" in the config` }),
}
