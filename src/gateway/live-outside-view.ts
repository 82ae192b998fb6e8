import type { OutsideView } from '../admin/outside-view.ts'
import type { EmergencyCalls } from '../emergency/emergency-calls.ts'
import type { Notices } from '../notice/notices.ts'
import { asteriskSteering } from './asterisk-steering.ts'
import type { TelephoneNetwork } from './telephone-network.ts'

/** The telephone network as the admin pages see it. */
export function liveOutsideView(
  { trunks, asterisks, toll }: TelephoneNetwork,
  calls: EmergencyCalls,
  notices: Notices,
): OutsideView {
  return {
    trunks: () => trunks.view(),
    asterisks: () => asterisks.view(),
    blocks: () => toll.view().blocks,
    emergencies: () => calls.view(),
    noticeTargets: () => notices.view(),
    asteriskOrders: asteriskSteering((name) => asterisks.find(name)),
    acknowledgeEmergency: (id) => calls.acknowledge(id),
    releaseBlock: (payer) => toll.release(payer, 'the page'),
  }
}
