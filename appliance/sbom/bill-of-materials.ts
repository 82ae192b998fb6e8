import { createHash } from 'node:crypto'
import type { Component } from './component.ts'

/** A bill of materials: CycloneDX 1.6 (ECMA-424) in JSON. */
export interface BillOfMaterials {
  readonly $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json'
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly serialNumber: string
  readonly version: 1
  readonly metadata: { readonly timestamp: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly Dependency[]
}

export interface Dependency {
  /** A `bom-ref`. */
  readonly ref: string
  readonly dependsOn: readonly string[]
}

/**
 * What `subject` is made of. The serial number follows from the content, so that the same commit has the same bill. Throws
 * when two components have the same `bom-ref`, or a dependency names none.
 */
export function billOfMaterials(
  subject: Component,
  time: Date,
  components: readonly Component[],
  dependencies: readonly Dependency[],
): BillOfMaterials {
  const sorted = [...components].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1))
  checkReferences([subject, ...sorted], dependencies)
  const content = JSON.stringify([subject, sorted, dependencies])
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(content)}`,
    version: 1,
    metadata: { timestamp: time.toISOString(), component: subject },
    components: sorted,
    dependencies,
  }
}

function checkReferences(components: readonly Component[], dependencies: readonly Dependency[]): void {
  const known = new Set<string>()
  const visit = (component: Component): void => {
    if (known.has(component['bom-ref'])) throw new Error(`${component['bom-ref']} is in the bill twice`)
    known.add(component['bom-ref'])
    component.components?.forEach(visit)
  }
  components.forEach(visit)
  const strange = dependencies
    .flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
    .find((ref) => !known.has(ref))
  if (strange !== undefined) throw new Error(`${strange} is needed, and not in the bill`)
}

/** RFC 9562 §5.8: version 8, whose bits are ours to choose. */
function uuidOf(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
