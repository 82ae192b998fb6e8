import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const execute = promisify(execFile)
const docker = fileURLToPath(new URL('../../docker/', import.meta.url))
const needed = { DRACHTIO_SECRET: 'a secret', BOX_ADDRESS: '192.0.2.10' }

interface Checked {
  readonly services: Readonly<Record<string, Service>>
}

interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile?: string }
  readonly volumes?: readonly string[]
}

/** As Compose itself reads it. Rejects with what it finds wrong: words it does not know, values that are missing. */
async function compose(
  file: string,
  environment: Readonly<Record<string, string>> = needed,
): Promise<Checked> {
  const env = { PATH: process.env.PATH ?? '', ...environment }
  const { stdout } = await execute('docker-compose', ['--file', `${docker}${file}`, 'config'], {
    ...{ env, timeout: 60_000 },
  })
  return parse(stdout) as Checked
}

const { version } = JSON.parse(readFileSync(`${docker}../package.json`, 'utf8')) as { version: string }
const files = ['compose.yaml', 'compose.drachtio.yaml', 'playground/compose.yaml']

test.each(files)('Compose takes %s; it starts this version, and all that it names is there', async (file) => {
  const { services } = await compose(file)
  expect(Object.values(services).map(({ image }) => image)).toContain(`causeway:${version}`)
  for (const { image, build, volumes = [] } of Object.values(services)) {
    expect(image).toMatch(/:\d+\.\d+\.\d+$/)
    if (build) {
      const dockerfile = `${build.context}/${build.dockerfile ?? 'Dockerfile'}`
      expect(readFileSync(dockerfile, 'utf8')).toMatch(/^ARG BASE=\S+:\S*\d{8}\S*$/m)
    }
    for (const volume of volumes) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('/')) expect(existsSync(source), source).toBe(true)
    }
  }
})

test('drachtio-server is not started without a secret', async () => {
  const { DRACHTIO_SECRET: _, ...rest } = needed
  await expect(compose('compose.drachtio.yaml', rest)).rejects.toThrow(
    /what the box and drachtio-server both know/,
  )
})
