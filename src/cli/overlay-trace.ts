import { parseArgs } from 'node:util'
import type { TraceView } from '../admin/overlay-view.ts'
import { parseAor, printAor } from '../domain/aor.ts'
import type { TracedBox, TracedCopy } from '../overlay/records/look-up-trace.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { foundText } from './found-text.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

/** Exit code 3 when the user has no phone anywhere, 4 when a holder did not answer well or has not the newest version. */
export const overlayTraceCommand: Command = {
  name: 'trace',
  summary: 'who was asked for a user, what each said, and who holds which copy   USER@DOMAIN',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const aor = parseAor(positionals[0] ?? '')
    if (!aor) throw new UsageError('causeway overlay trace USER@DOMAIN')
    const { config } = overlayPlace(values)
    const path = `/api/overlay/trace?aor=${encodeURIComponent(printAor(aor))}`
    const { traces } = (await askBox(config.admin, path)) as { traces: readonly TraceView[] }
    if (values.json) console.log(JSON.stringify(traces))
    else console.log(traces.map((trace) => print(trace, Date.now())).join('\n\n'))
    if (!traces.some(({ homeBoxes }) => homeBoxes.length > 0)) return 3
    return traces.every(isWhole) ? 0 : 4
  },
}

function isWhole({ boxes, entries, copiesWanted }: TraceView): boolean {
  return (
    boxes.every(({ trouble, part }) => trouble === undefined || part !== 'holder') &&
    entries.every(({ copies }) => copies === copiesWanted)
  )
}

function print(view: TraceView, now: number): string {
  const { entries, boxes, copiesWanted } = view
  const versions = entries.map(
    (entry) => `  ${entry.signer}: ${describe(entry, now)}, ${entry.copies} of ${copiesWanted} copies`,
  )
  return [
    foundText(view),
    ...(versions.length > 0 ? ['entries', ...versions] : []),
    'asked, closest first',
    ...boxes.flatMap((box, place) => describeBox(box, place + 1, now)),
  ].join('\n')
}

function describeBox(
  { peerName, isSelf, part, path, tookMs, trouble, copies }: TracedBox,
  place: number,
  now: number,
): string[] {
  const who = isSelf ? `${peerName} (this box)` : peerName
  const answer = trouble ?? (copies.length > 0 ? 'has it' : 'has nothing')
  return [
    `  ${place}. ${who}  ${part}${path === undefined ? '' : `, ${path}`}  ${tookMs.toFixed(1)} ms  ${answer}`,
    ...copies.map(
      (copy) => `       ${copy.signer}: ${describe(copy, now)}${copy.isOutdated ? ', outdated' : ''}`,
    ),
  ]
}

function describe(
  { storedAt, expiresAt, removed }: Omit<TracedCopy, 'isOutdated' | 'signer'>,
  now: number,
): string {
  const version = new Date(storedAt).toISOString()
  const age = `${Math.round((now - storedAt) / 1_000)} s old`
  return removed
    ? `removed at ${version}, ${age}`
    : `version ${version}, ${age}, ends in ${Math.round((expiresAt - now) / 1_000)} s`
}
