import { parseArgs } from 'node:util'
import { parseAor, printAor } from '../domain/aor.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

interface Found {
  readonly overlay: string
  readonly homeBoxes: readonly string[]
  readonly tookMs: number
}

/** Exit code 3 when nobody has the user. */
export const overlayLookupCommand: Command = {
  name: 'lookup',
  summary: 'the boxes where a user has phones, as the running box finds them   USER@DOMAIN',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const aor = parseAor(positionals[0] ?? '')
    if (!aor) throw new UsageError('causeway overlay lookup USER@DOMAIN')
    const { config } = overlayPlace(values)
    const path = `/api/overlay/lookup?aor=${encodeURIComponent(printAor(aor))}`
    const { found } = (await askBox(config.admin, path)) as { found: readonly Found[] }
    if (values.json) console.log(JSON.stringify(found))
    else
      for (const { overlay, homeBoxes, tookMs } of found) {
        const boxes = homeBoxes.length > 0 ? homeBoxes.join(', ') : 'no box has that user'
        console.log(`${overlay}: ${boxes} (${tookMs.toFixed(1)} ms)`)
      }
    return found.some(({ homeBoxes }) => homeBoxes.length > 0) ? 0 : 3
  },
}
