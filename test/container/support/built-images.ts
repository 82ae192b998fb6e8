import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { TemporaryFolder } from '../../support/temporary-folder.ts'
import { type BaseImage, baseImages } from './base-images.ts'
import { DockerDesk } from './docker-desk.ts'
import { DockerEngine } from './docker-engine.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the images are. */
    images: BuiltImages
  }
}

export interface BuiltImages {
  /** A copy of what is in a clone of the project. */
  readonly clone: string
  /** The folder of a `DockerEngine` which has them, and the steps that they were built in. */
  readonly engine: string
  /** The box's, as `docker save` writes it. */
  readonly archive: string
}

const execute = promisify(execFile)
const project = fileURLToPath(new URL('../../../', import.meta.url))
const support = fileURLToPath(new URL('./', import.meta.url))

/** Builds the images once for all tests of containers, as it takes most of their time. Here builds reach the network. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = new TemporaryFolder('container-images')
  try {
    const images = await build(folder)
    provide('images', images)
  } catch (error) {
    folder.remove()
    throw error
  }
  return () => rm(folder.path, { recursive: true, force: true })
}

async function build(folder: TemporaryFolder): Promise<BuiltImages> {
  const [clone, data, archive] = ['clone', 'engine', 'box.tar'].map((name) => folder.file(name)) as [
    string,
    string,
    string,
  ]
  for (const each of [clone, data]) mkdirSync(each)
  for (const part of ['.dockerignore', 'docker', ...partsOfContext()])
    cpSync(join(project, part), join(clone, part), { recursive: true })
  const engine = new DockerEngine(data)
  await engine.start()
  try {
    const imported = async (dockerfile: string) => {
      for (const base of baseImages(join(clone, 'docker', dockerfile), folder)) await importBase(engine, base)
    }
    let desks = 0
    const built = (words: string) =>
      buildAt(new DockerDesk(engine.address, clone, folder.file(`desk-${++desks}`)), words)
    await imported('Dockerfile')
    // The box's takes so long that the others are ready before.
    await Promise.all([
      built(`${secretsIn(folder)} --file docker/Dockerfile --tag causeway:0.1.0 .`),
      imported('playground/asterisk/Dockerfile').then(() => built('docker/playground/asterisk')),
      built('docker/rtpengine'),
    ])
    await built(`--tag docker.io/drachtio/drachtio-server:0.9.11 ${support}drachtio`)
    await engine.docker('save', '--output', archive, 'causeway:0.1.0')
    const size = await engine.docker('image', 'inspect', '--format', '{{.Size}}', 'causeway:0.1.0')
    console.log(`the image of the container takes ${Math.round(Number(size) / 1e6)} MB`)
  } finally {
    await engine.stop()
  }
  return { clone, engine: data, archive }
}

function partsOfContext(): string[] {
  const lines = readFileSync(join(project, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)
  return [...lines].map(([, part = '']) => part)
}

async function importBase({ address }: DockerEngine, { name, content }: BaseImage): Promise<void> {
  const files = content.flatMap(({ folder, files }) => ['-C', folder, ...files])
  const script = 'set -o pipefail; image=$1; shift; tar --create "$@" | docker import - "$image"'
  await execute('bash', ['-c', script, 'bash', name, ...files], {
    ...{ env: { ...process.env, DOCKER_HOST: address }, timeout: 300_000 },
  })
}

function secretsIn(folder: TemporaryFolder): string {
  // The registry of this machine is known by the authorities of this machine.
  const npmrc = folder.file('npmrc')
  writeFileSync(npmrc, 'cafile=/run/secrets/ca\n')
  return `--secret id=npmrc,src=${npmrc} --secret id=ca,src=/etc/ssl/certs/ca-certificates.crt`
}

async function buildAt(desk: DockerDesk, words: string): Promise<void> {
  const { code, printed } = await desk.type(`docker build --progress plain ${words}`)
  if (code !== 0) throw new Error(`docker build ${words}:\n${printed.split('\n').slice(-40).join('\n')}`)
}
