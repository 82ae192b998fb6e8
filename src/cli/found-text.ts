import type { FoundView } from '../admin/overlay-view.ts'

/** What a look-up has found, in one line. */
export function foundText({ overlay, homeBoxes, phoneless, tookMs, trouble }: FoundView): string {
  const parts = [
    ...(homeBoxes.length > 0 ? [homeBoxes.join(', ')] : []),
    ...(phoneless.length > 0 ? [`known without a phone at ${phoneless.join(', ')}`] : []),
  ]
  const answer = trouble ?? (parts.length > 0 ? parts.join('; ') : 'no box has that user')
  return `${overlay}: ${answer} (${tookMs.toFixed(1)} ms)`
}
