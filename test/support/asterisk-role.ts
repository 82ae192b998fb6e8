import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface RolePlaces {
  /** `host:port` of the box. */
  readonly box: string
  /** `host:port` of who is behind the lines of a trunk. */
  readonly provider?: string
}

const example = { asterisk: '192.0.2.30', box: '192.0.2.10', provider: '192.0.2.20' }

/**
 * The config files that an operator is given for an Asterisk in this role, with the addresses of a test in place of
 * those of the example, and more of the dialplan at the end.
 */
export function asteriskRole(
  role: 'trunk' | 'pbx',
  { box, provider = '127.0.0.1:9' }: RolePlaces,
  dialplan = '',
): Record<string, string> {
  const hostOf = (hostPort: string) => hostPort.replace(/:\d+$/, '')
  const placed = (text: string) =>
    text
      .replaceAll(`${example.asterisk}:5060`, '@ADDRESS@:@SIP_PORT@')
      .replaceAll(`${example.box}:5060`, box)
      .replaceAll(`${example.provider}:5060`, provider)
      .replaceAll(example.asterisk, '@ADDRESS@')
      .replaceAll(`${example.box}/255.255.255.255`, '127.0.0.0/255.0.0.0')
      .replaceAll(example.box, hostOf(box))
      .replaceAll(example.provider, hostOf(provider))
      .replaceAll('port = 5038', 'port = @AMI_PORT@')
      .replaceAll('change-me', 'secret')
      .replaceAll('qualify_frequency = 10', 'qualify_frequency = 1')
  return {
    'manager.conf': placed(read('manager.conf')),
    'pjsip.conf': placed(read(`${role}/pjsip.conf`)),
    'extensions.conf': `${placed(read(`${role}/extensions.conf`))}\n${dialplan}`,
  }
}

function read(name: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../../gateway-config/asterisk/${name}`, import.meta.url)),
    'utf8',
  )
}
