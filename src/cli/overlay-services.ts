import { parseArgs } from 'node:util'
import type { ServiceView } from '../admin/overlay-view.ts'
import { serviceKinds } from '../domain/service-record.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { overlayOptions, overlayPlace } from './overlay-options.ts'

/** Exit code 3 when nobody offers it. */
export const overlayServicesCommand: Command = {
  name: 'services',
  summary: `what boxes offer each other, best first   [${serviceKinds.join(' | ')}]`,
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: overlayOptions,
    })
    const [kind] = positionals
    if (kind !== undefined && !serviceKinds.some((known) => known === kind))
      throw new UsageError(`causeway overlay services [${serviceKinds.join(' | ')}]`)
    const { config } = overlayPlace(values)
    const path = `/api/overlay/services${kind === undefined ? '' : `?kind=${kind}`}`
    const { services } = (await askBox(config.admin, path)) as { services: readonly ServiceView[] }
    if (values.json) console.log(JSON.stringify(services))
    else console.log(services.length === 0 ? 'no box offers that' : services.map(print).join('\n'))
    return services.length > 0 ? 0 : 3
  },
}

function print(service: ServiceView): string {
  const { kind, peerName, policy, free, costPerMinute, roundTripMs, isLocal, isReachable, text } = service
  const far = isReachable ? `${roundTripMs?.toFixed(0) ?? '?'} ms` : 'away'
  const price = kind === 'pstn' ? `, costs ${costPerMinute} a minute` : ''
  return `${kind}  ${peerName}  ${isLocal ? 'this box' : far}, for ${policy}, room for ${free}${price}  ${text}`.trimEnd()
}
