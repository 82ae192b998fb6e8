import { Packet, type Reader } from 'dns2'

export interface NaptrData {
  order?: number
  preference?: number
  naptrFlags?: string
  services?: string
  regexp?: string
  replacement?: string
}

const type = 35

/** RFC 3403 §4.1, in the shape of dns2's own codecs: `decode` fills the resource it is called on. */
const codec = {
  decode(this: NaptrData, reader: Reader): NaptrData {
    this.order = reader.read(16)
    this.preference = reader.read(16)
    this.naptrFlags = readString(reader)
    this.services = readString(reader)
    this.regexp = readString(reader)
    this.replacement = Packet.Name.decode(reader as unknown as Buffer)
    return this
  },
}

function readString(reader: Reader): string {
  const bytes = Buffer.alloc(reader.read(8))
  for (let index = 0; index < bytes.length; index++) bytes[index] = reader.read(8)
  return bytes.toString('utf8')
}

/** dns2 knows no NAPTR; with this it decodes them like its own types, also with a compressed replacement. */
export function teachNaptr(): void {
  Object.assign(Packet.TYPE, { NAPTR: type })
  Packet.TYPE_NAME[type] = 'NAPTR'
  Object.assign(Packet.Resource, { NAPTR: codec })
}
