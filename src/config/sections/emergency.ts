import { z } from 'zod'
import { isNetworkText } from './network-text.ts'

// RFC 5139 and RFC 4119, in words that people use.
const civic = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .describe('ISO 3166. Default: numbering.country.'),
    state: z.string().optional().describe('State or province.'),
    city: z.string().optional().describe('Town or city.'),
    postcode: z.string().optional().describe('Postal code.'),
    street: z.string().optional().describe('Street without the number.'),
    house: z.string().optional().describe('House number: "5", "5a".'),
    building: z.string().optional().describe('Which building, where there are several.'),
    floor: z.string().optional().describe('Floor.'),
    room: z.string().optional().describe('Room.'),
    name: z.string().optional().describe('Who lives or works there: "Village school".'),
  })
  .describe('The address in parts, for trunks that take it with the call (emergencyLocation: pidf-lo).')

export type CivicAddress = z.output<typeof civic>

const network = z.string().refine(isNetworkText, 'neither an address nor a network')

const location = z
  .string()
  .describe('Where it is, as a rescuer needs it: "Hauptstr. 5, 10115 Berlin, 2nd floor".')

const place = z
  .strictObject({
    networks: z
      .array(network)
      .default([])
      .describe('Addresses and networks of the phones there: "192.168.20.0/24".'),
    users: z
      .array(z.string().regex(/^[^@\s]+@[^@\s]+$/))
      .default([])
      .describe('Users whose phones are there: "201@site-a.example".'),
    location,
    civic: civic.optional(),
  })
  .describe('A part of the site with a location of its own.')

export type EmergencyPlace = z.output<typeof place>

// RFC 1918, RFC 4193, link-local. Not loopback: a web server in front of the box would bring the whole Internet along.
const ownNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]

export const emergencySection = z
  .strictObject({
    location: location.default(''),
    civic: civic.optional(),
    places: z
      .array(place)
      .max(500)
      .default([])
      .describe('Parts of the site with a location of their own; the first that a call fits is the one.'),
    callerId: z
      .string()
      .regex(/^\+[1-9]\d{3,14}$/)
      .optional()
      .describe(
        'Number at which rescuers reach callers without a number of their own. Default: that of the trunk.',
      ),
    networks: z
      .array(network)
      .default(ownNetworks)
      .describe("The site's own networks: any phone there may call for help, known to the box or not."),
    desk: z
      .array(z.string().regex(/^[^@\s]+@[^@\s]+$/))
      .max(50)
      .default([])
      .describe('Users whose phones show a message when somebody calls for help: "200@site-a.example".'),
    testAnswer: z
      .string()
      .regex(/^(?:\+[1-9]\d{3,14}|[^@\s]+@[^@\s]+)$/)
      .optional()
      .describe(
        'Who is called by numbering.emergencyTestNumber: a user or a number outside. Default: that number.',
      ),
  })
  .prefault({})
  .describe('Calls for help. Which numbers they are says "numbering".')

export type EmergencySection = z.output<typeof emergencySection>
