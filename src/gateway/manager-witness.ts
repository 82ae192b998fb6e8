import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { MirroredPbx } from '../survival/phones/mirrored-phones.ts'

/** Tells the watch of a PBX when its manager connection comes or goes: a reason to ask it at once, and no proof. */
export function witnessByManager(pbxs: readonly MirroredPbx[], watch: Pick<PbxWatch, 'managerSaw'>): void {
  for (const { name, phones } of pbxs) {
    let wasConnected = false
    phones.onChange(() => {
      const isConnected = phones.state() !== undefined
      if (isConnected === wasConnected) return
      wasConnected = isConnected
      watch.managerSaw(name, isConnected)
    })
  }
}
