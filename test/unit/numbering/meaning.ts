import { printAor } from '../../../src/domain/aor.ts'
import type { Dialled } from '../../../src/domain/phone-number.ts'

/** What digits mean, in a few words. */
export function meaningOf(dialled: Dialled): string {
  switch (dialled.kind) {
    case 'emergency':
      return `${dialled.isTest ? 'test ' : ''}emergency ${dialled.number}`
    case 'extension':
      return `extension ${dialled.digits}`
    case 'e164':
      return dialled.number
    case 'user':
      return printAor(dialled.user)
    case 'refused':
      return `refused: ${dialled.why}`
    case 'unknown':
      return 'unknown'
  }
}
