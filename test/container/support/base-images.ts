import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { debianSources } from '../../../appliance/debian/debian-mirror.ts'
import { debianRoot } from '../../../appliance/debian/debian-root.ts'
import { asteriskRoot } from '../../support/asterisk-root.ts'
import type { TemporaryFolder } from '../../support/temporary-folder.ts'

export interface BaseImage {
  /** As the Dockerfile names it. */
  readonly name: string
  /** What together is its file system: these files of these folders. */
  readonly content: readonly { readonly folder: string; readonly files: readonly string[] }[]
}

/**
 * What a Dockerfile builds upon, as `ARG NAME=image` says. Nothing is fetched from a registry of images: a Debian root with
 * what the official image has stands in for each.
 */
export function baseImages(dockerfile: string, scratch: TemporaryFolder): BaseImage[] {
  const args = readFileSync(dockerfile, 'utf8').matchAll(/^ARG \w+=(\S+)$/gm)
  return [...args].map(([, name = '']) => {
    const [, release = ''] = /^[^:]+:(?:[\d.]+-)?([a-z]+)(?:-\d{8}-slim)?$/.exec(name) ?? []
    // That of the lab: with an Asterisk, which apt then finds there.
    if (/\/debian:bullseye/.test(name))
      return { name, content: [{ folder: asteriskRoot().folder, files: ['.'] }] }
    if (/\/debian:/.test(name)) return { name, content: [{ folder: slimDebian(release), files: ['.'] }] }
    if (/\/node:/.test(name))
      return {
        name,
        content: [{ folder: debianOfBuilders(release), files: ['.'] }, nodeAndNpm(scratch)],
      }
    throw new Error(`no Debian root stands in for ${name}`)
  })
}

function slimDebian(release: string): string {
  return debianRoot({
    name: 'container-base',
    release,
    packages: ['tzdata'],
    sources: debianSources(release),
    options: [
      '--dpkgopt=force-unsafe-io',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
    ],
  })
}

/** What of buildpack-deps, which the official image of Node is made upon, is needed here. */
function debianOfBuilders(release: string): string {
  return debianRoot({
    name: 'container-builder',
    release,
    packages: ['g++', 'make', 'python3', 'ca-certificates'],
    sources: debianSources(release),
    options: ['--dpkgopt=path-exclude=/usr/share/doc/*', '--dpkgopt=path-exclude=/usr/share/man/*'],
  })
}

/** The Node of these tests and this machine's npm, where the official image has its own. */
function nodeAndNpm(scratch: TemporaryFolder): BaseImage['content'][number] {
  const folder = scratch.file('node-and-npm')
  const bin = join(folder, 'usr/local/bin')
  const modules = join(folder, 'usr/local/lib/node_modules')
  mkdirSync(bin, { recursive: true })
  mkdirSync(modules, { recursive: true })
  copyFileSync(process.execPath, join(bin, 'node'))
  chmodSync(join(bin, 'node'), 0o755)
  const global = execFileSync('npm', ['root', '--global'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  cpSync(join(global.trim(), 'npm'), join(modules, 'npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'))
  return {
    folder,
    files: ['node', 'npm'].map((name) => `usr/local/bin/${name}`).concat('usr/local/lib/node_modules'),
  }
}
