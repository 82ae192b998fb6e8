import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const project = new URL('../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, project), 'utf8')
const conf = read('docker/drachtio/drachtio.conf.xml')

/** Everything that drachtio-server 0.9 reads: of what it does not know it says nothing. */
const known = new Set([
  ...['admin', 'sip', 'sip/contacts', 'sip/contacts/contact', 'sip/aggressive-nat-detection', 'sip/udp-mtu'],
  ...['sip/tls', 'sip/tls/key-file', 'sip/tls/cert-file', 'sip/tls/chain-file', 'sip/tls/min-tls-version'],
  ...[
    'sip/timers',
    'sip/timers/t1',
    'sip/timers/t2',
    'sip/timers/t4',
    'sip/timers/t1x64',
    'sip/capture-server',
  ],
  ...['cdrs', 'monitoring', 'monitoring/prometheus'],
  ...['logging', 'logging/console', 'logging/loglevel', 'logging/sofia-loglevel'],
])

/** Paths of the elements below `drachtio`; throws where a tag is closed that was not opened. */
function elements(xml: string): string[] {
  const open: string[] = []
  const paths: string[] = []
  for (const [, slash, name = '', , isEmpty] of xml.matchAll(
    /<(\/?)([a-z0-9-]+)((?:\s+[a-z-]+="[^"]*")*)\s*(\/?)>/g,
  )) {
    if (slash === '/') expect(open.pop()).toBe(name)
    else {
      open.push(name)
      if (open.length > 1) paths.push(open.slice(1).join('/'))
      if (isEmpty === '/') open.pop()
    }
  }
  expect(open).toEqual([])
  return paths
}

const comments = /<!--([\s\S]*?)-->/g
const inForce = conf.replace(comments, '')

it('the config for drachtio-server has nothing in it that it does not read, also where it is commented out', () => {
  const examples = [...conf.matchAll(/^ {4}(<(tls|capture-server)\b[\s\S]*?<\/\2>)/gm)].map(
    ([, text]) => text,
  )
  const monitoring = /^ {2}(<monitoring>[\s\S]*<\/monitoring>)/m.exec(conf)?.[1] ?? ''
  const whole = `<drachtio><sip>${examples.join('')}</sip>${monitoring}</drachtio>`
  expect(examples).toHaveLength(2)
  for (const path of [...elements(inForce), ...elements(whole)]) expect(known).toContain(path)
})

it('its config and that of the box beside it say the same', () => {
  const { sip } = parse(read('docker/drachtio/causeway.yaml'))
  const contacts = [...inForce.matchAll(/<contact>([^<]*)<\/contact>/g)].map(([, uri]) => uri)
  expect(sip.listen).toEqual(contacts)
  const [, port, host] = /<admin port="(\d+)"[^>]*>([^<]*)</.exec(inForce) ?? []
  expect(sip.drachtio).toMatchObject({ host, port: Number(port) })
})

it('its secret is not the one that everybody knows', () => {
  expect(inForce).not.toMatch(/secret="(cymru|admin|)"/)
})
