import type { SipSource } from '../../domain/sip.ts'

/**
 * A name may lead to several servers, and only the one that challenged knows its nonce. Where the server has proven its
 * name by a certificate the name stays (RFC 5922 §7.2), and `maddr` says where.
 */
export function pinnedProxy(
  { proxy, uri }: { readonly proxy: string | undefined; readonly uri: string },
  peer: SipSource,
): string | undefined {
  const [, name = ''] = /^sips?:(?:[^@]*@)?(\[[^\]]*\]|[^:;?>]+)/i.exec(proxy ?? uri) ?? []
  const isPinned = /^\d+\.\d+\.\d+\.\d+$|^\[/.test(name) || /;maddr=/i.test(proxy ?? uri)
  if (!peer.address || isPinned) return proxy
  const { port, transport } = peer
  const host = peer.address.includes(':') ? `[${peer.address}]` : peer.address
  if (transport === 'tls') return `sip:${name}:${port};transport=tls;maddr=${host}`
  return `sip:${host}:${port};transport=${transport}`
}
