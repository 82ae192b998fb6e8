import { parseArgs } from 'node:util'
import type { FoundView } from '../admin/overlay-view.ts'
import { parseAor, printAor } from '../domain/aor.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { foundText } from './found-text.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

/** Exit code 3 when he has no phone anywhere. */
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
    const { found } = (await askBox(config.admin, path)) as { found: readonly FoundView[] }
    if (values.json) console.log(JSON.stringify(found))
    else console.log(found.map(foundText).join('\n'))
    return found.some(({ homeBoxes }) => homeBoxes.length > 0) ? 0 : 3
  },
}
