export const domains = {
  /** The overlay, served by both boxes. */
  village: 'village.example',
  /** The site with an IP-PBX, in front of which box A stands. */
  office: 'office.example',
  /** Somebody else's SIP domain on the public Internet. */
  world: 'world.example',
} as const

/** A loopback address for each actor. */
export interface Place {
  readonly boxA: string
  readonly boxB: string
  readonly carrier: string
  readonly pbx: string
  readonly publicDomain: string
  /** Nobody is there. */
  readonly deadServer: string
  readonly nameServer: string
  readonly phones: string
}

/** Addresses that another world on the same machine does not use. */
export function place(seed: number): Place {
  const net = `127.${20 + (seed % 200)}.${Math.floor(seed / 200) % 250}`
  return {
    boxA: `${net}.1`,
    boxB: `${net}.2`,
    carrier: `${net}.10`,
    pbx: `${net}.20`,
    publicDomain: `${net}.30`,
    deadServer: `${net}.31`,
    nameServer: `${net}.53`,
    phones: `${net}.100`,
  }
}
