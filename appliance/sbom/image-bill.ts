import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BillOfMaterials, billOfMaterials } from './bill-of-materials.ts'
import type { Component } from './component.ts'
import { debianComponents } from './debian-components.ts'

/** Where the package puts its own bill. */
export const boxBillPath = 'usr/lib/causeway/causeway.cdx.json'

/**
 * What an image or a container is made of: the Debian packages in `root`, among them Causeway's, and what the bill of
 * Causeway in there lists. `release` as in a package URL, such as debian-12.
 */
export function imageBill(root: string, version: string, release: string, time: Date): BillOfMaterials {
  const box = JSON.parse(readFileSync(join(root, boxBillPath), 'utf8')) as BillOfMaterials
  const purl = `pkg:generic/causeway-appliance@${version}`
  const subject: Component = {
    type: 'operating-system',
    'bom-ref': purl,
    name: 'causeway-appliance',
    version,
    purl,
  }
  // Causeway is not from Debian: its own entry, with what it needs, stands for its package.
  const debian = debianComponents(root, release).filter(({ name }) => name !== box.metadata.component.name)
  return billOfMaterials(
    subject,
    time,
    [...debian, box.metadata.component, ...box.components],
    [
      { ref: purl, dependsOn: [...debian, box.metadata.component].map((each) => each['bom-ref']) },
      ...box.dependencies,
    ],
  )
}
