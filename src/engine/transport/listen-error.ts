import { hostPort } from './host-port.ts'

import type { ListenSpec } from './listen-spec.ts'
import { portHolder } from './port-holder.ts'

/** A listening point that could not be opened. The message names transport, address, port and, if known, the holder. */
export class ListenError extends Error {
  readonly code: string | undefined
  readonly spec: ListenSpec

  constructor(spec: ListenSpec, cause: NodeJS.ErrnoException) {
    super(
      `cannot listen on ${spec.transport} ${hostPort(spec.address, spec.port)}: ${explain(spec, cause)}`,
      {
        cause,
      },
    )
    this.name = 'ListenError'
    this.code = cause.code
    this.spec = spec
  }
}

function explain(spec: ListenSpec, cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'EADDRINUSE': {
      const holder = portHolder(spec.transport, spec.port)
      return holder ? `the port is in use by ${holder.name} (pid ${holder.pid})` : 'the port is in use'
    }
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address'
    case 'EACCES':
      return 'ports below 1024 need the right to bind them'
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return 'the key does not belong to the certificate'
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return 'the certificate or its key is not in PEM form'
    default:
      return cause.message
  }
}
