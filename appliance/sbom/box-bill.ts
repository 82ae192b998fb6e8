import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShippedPackage } from '../package/shipped-packages.ts'
import { type BillOfMaterials, billOfMaterials, type Dependency } from './bill-of-materials.ts'
import { nodeComponents, nodeCpe, sqliteComponent } from './built-in-components.ts'
import type { Component } from './component.ts'
import { npmComponents, npmUrl } from './npm-components.ts'

/** What the box itself is made of: npm packages, Node, and what is compiled into them. */
export function boxBill(
  project: string,
  packages: readonly ShippedPackage[],
  version: string,
  time: Date,
): BillOfMaterials {
  const components = npmComponents(packages).map((component) => withBuiltIn(project, component))
  return billOfMaterials(boxComponent(version), time, components, dependenciesOf(packages, version))
}

function boxComponent(version: string): Component {
  const purl = `pkg:generic/causeway@${version}`
  return {
    type: 'application',
    'bom-ref': purl,
    name: 'causeway',
    version,
    purl,
    licenses: [{ license: { id: 'MIT' } }],
  }
}

function withBuiltIn(project: string, component: Component): Component {
  const folder = join(project, 'node_modules', component.name)
  if (component.name === 'sqlite3')
    return {
      ...component,
      components: [sqliteComponent(readFileSync(join(folder, 'deps/common-sqlite.gypi'), 'utf8'))],
    }
  if (!/^node-(linux|darwin)-/.test(component.name)) return component
  const versions = execFileSync(join(folder, 'bin/node'), ['-p', 'JSON.stringify(process.versions)'])
  return {
    ...component,
    cpe: nodeCpe(component.version),
    components: nodeComponents(JSON.parse(versions.toString()) as Record<string, string>),
  }
}

function dependenciesOf(packages: readonly ShippedPackage[], version: string): Dependency[] {
  const urlOf = new Map(packages.map((each) => [each.path, npmUrl(each)]))
  const known = new Map(
    packages.map((each) => [npmUrl(each), each.needs.map((path) => urlOf.get(path) ?? path).sort()]),
  )
  const needed = new Set([...known.values()].flat())
  const roots = [...known.keys()].filter((url) => !needed.has(url))
  return [
    { ref: boxComponent(version)['bom-ref'], dependsOn: roots },
    ...[...known].map(([ref, dependsOn]) => ({ ref, dependsOn })),
  ]
}
