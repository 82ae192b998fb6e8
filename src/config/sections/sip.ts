import { z } from 'zod'

const listenUri = z
  .string()
  .regex(/^sips?:(\[[0-9a-f:.]+\]|[0-9.]+|\*)(:\d{1,5})?(;[a-z-]+=[^;]+)*$/i)
  .describe(
    'Example: "sip:192.0.2.10:5060;transport=udp,tcp", "sips:*" or "sip:[2001:db8::10]:443;transport=wss".',
  )

const tls = z
  .strictObject({
    certFile: z
      .string()
      .describe('The certificate of the box in PEM form, followed by those between it and its authority.'),
    keyFile: z.string().describe('Its private key in PEM form.'),
    moreCertificates: z
      .array(
        z.strictObject({
          certFile: z.string().describe('A certificate for other names, in the same form.'),
          keyFile: z.string().describe('Its private key.'),
        }),
      )
      .max(32)
      .default([])
      .describe('Further certificates: each client is shown the one for the name it asks for (SNI).'),
    caFile: z
      .string()
      .optional()
      .describe(
        'Own authorities in PEM form: trusted besides the public ones, and for certificates of clients.',
      ),
    requestClientCertificate: z
      .boolean()
      .default(false)
      .describe('Ask clients for a certificate. One without is let in, one with a bad one is not.'),
    verifyServers: z
      .boolean()
      .default(true)
      .describe('Connect only to servers whose certificate is for their domain (RFC 5922).'),
  })
  .describe('The certificate for the transports tls and wss. A renewed one is used without a restart.')

export const sipSection = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('false: no SIP at all; the box only serves its overlays, and users, pbxs and trunks rest.'),
    listen: z
      .array(listenUri)
      .min(1)
      .default(['sip:*:5060;transport=udp,tcp'])
      .describe(
        'Addresses and ports for SIP over udp, tcp, tls, ws and wss. "*" is every IPv4 address. Add ";external-ip=…" behind NAT. With engine "drachtio": where that server listens.',
      ),
    tls: tls.optional(),
    domains: z
      .array(z.string().toLowerCase())
      .default(['causeway.local'])
      .describe(
        'SIP domains whose users live here; the first is the default for extensions without a domain.',
      ),
    engine: z
      .enum(['embedded', 'drachtio'])
      .default('embedded')
      .describe(
        '"embedded" needs nothing else; "drachtio" uses a running drachtio-server, which has a config of its own.',
      ),
    drachtio: z
      .strictObject({
        host: z.string().default('127.0.0.1').describe('Address of the control port of drachtio-server.'),
        port: z.number().int().min(1).max(65535).default(9022).describe('Its control port.'),
        secret: z.string().default('cymru').describe('Its shared secret.'),
      })
      .prefault({})
      .describe('Only for engine "drachtio".'),
    callHandling: z
      .enum(['b2bua', 'proxy', 'redirect'])
      .default('b2bua')
      .describe(
        '"b2bua" controls and records every call. Calls between phones of this box "proxy" only forwards: lighter, no media relay; "redirect" tells the caller where to call (302), if the phone is where it says.',
      ),
    ringSeconds: z
      .number()
      .int()
      .min(5)
      .max(600)
      .default(60)
      .describe('How long one target may ring before the next is tried.'),
    maxCalls: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(5_000)
      .describe('Calls at the same time; more get 503.'),
  })
  .superRefine(({ engine, listen, tls: certificate }, context) => {
    // Of a drachtio-server, `listen` only says where it is heard.
    if (
      engine === 'drachtio' ||
      certificate ||
      !listen.some((uri) => /^sips:|;transport=[^;]*(?:tls|wss)/i.test(uri))
    )
      return
    context.addIssue({
      code: 'custom',
      path: ['tls'],
      message: 'needed, because "listen" has tls or wss; give certFile and keyFile',
    })
  })
  .prefault({})
  .describe('Where and as whom the box speaks SIP.')

export type SipSection = z.output<typeof sipSection>
