import { overlayEntry } from '../../src/config/sections/overlays.ts'
import { libp2pOverlay } from '../../src/drivers/libp2p/libp2p-overlay.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'

// node bench/support/peers-program.ts DOMAIN ADDRESS=FOLDER…: members of an overlay without the rest of a box, all in this
// process. Says "connected" when each of them knows all others and `extra` more boxes are connected; ends when told to.

const [domain = '', extra = '0', ...places] = process.argv.slice(2)
const overlays = places.map((place) => {
  const [address = '', dataDir = ''] = place.split('=')
  const entry = overlayEntry.parse({ domain, listen: [`/ip4/${address}/tcp/4160`], mdns: false, dns: false })
  return libp2pOverlay(entry, dataDir, systemClock, silentLog)
})
const wanted = overlays.length - 1 + Number(extra)
for (const overlay of overlays) await overlay.start()
const looking = setInterval(() => {
  if (!overlays.every((overlay) => overlay.health().connectedPeers >= wanted)) return
  clearInterval(looking)
  console.log('connected')
}, 500)
process.once('SIGTERM', () => void Promise.all(overlays.map((overlay) => overlay.stop())))
